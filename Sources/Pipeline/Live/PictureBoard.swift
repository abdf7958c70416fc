public import Base
internal import Ingest

/// The latest picture of each camera, its privacy masks painted over, for people who look at the wall.
public final class PictureBoard: Sendable {
    private struct Entry {
        let picture: Picture
        let time: WallTime
    }

    private let entries = Locked<[CameraID: Entry]>([:])

    /// An empty board.
    public init() {}

    /// A picture that was analysed; `picture` must be masked.
    func see(_ picture: Picture, at time: WallTime, camera: CameraID) {
        entries.withLock { $0[camera] = Entry(picture: picture, time: time) }
    }

    /// Forgets a camera that is no longer watched.
    func remove(_ camera: CameraID) { entries.withLock { $0[camera] = nil } }

    /// When the latest picture of `camera` was taken; nil when there is none.
    public func time(of camera: CameraID) -> WallTime? { entries.withLock { $0[camera]?.time } }

    /// The latest picture of `camera` as a JPEG file, and when it was taken; nil when there is none. Throws `IngestError`.
    public func jpeg(of camera: CameraID) throws -> (bytes: [UInt8], time: WallTime)? {
        guard let entry = entries.withLock({ $0[camera] }) else { return nil }
        return (try JPEGEncoder.encode(entry.picture, quantiser: 5, source: RedactedURL(camera.name)), entry.time)
    }
}
