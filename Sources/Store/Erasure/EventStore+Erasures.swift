public import Base

/// A span of a camera that was erased on request.
public struct ErasureRecord: Sendable, Equatable {
    /// Grows from erasure to erasure.
    public let number: Int64
    /// The camera.
    public let camera: CameraID
    /// The span.
    public let during: TimeSpan
}

extension EventStore {
    /// The erasures after number `last`, in order.
    public func erasures(after last: Int64 = 0) async throws(StoreError) -> [ErasureRecord] {
        try await reader.run("read erasures") { session throws(StoreError) in
            try session.query(
                "read erasures",
                """
                SELECT x.id AS number, c.name AS camera, lower(x.during) AS start, upper(x.during) AS "end"
                FROM alertd.erasure x JOIN alertd.camera c ON c.id = x.camera_id
                WHERE x.id > $1 ORDER BY x.id
                """, [.integer(last)]
            ).map { row throws(StoreError) in
                let number = try row.integer("number")
                guard let camera = CameraID(try row.text("camera")) else {
                    throw .unexpectedResult(what: "read erasure \(number)", why: "its camera is malformed")
                }
                return ErasureRecord(
                    number: number, camera: camera,
                    during: TimeSpan(start: try row.time("start"), end: try row.time("end")))
            }
        }
    }
}
