public import Base
internal import Foundation
public import Grounding
internal import NN
public import Store

/// The stored frames most similar to a sentence, exactly: what comes back is what comparing every stored vector would give.
///
/// Camera, time and zone are filtered first. Then whole minutes are left out by the bound of their sum, rows by their product
/// with the rounded query and its error; only what may be among the best is computed in full.
public struct EncodingSearch: Sendable {
    /// Which frames count.
    public struct Filter: Sendable {
        /// Only these cameras.
        public var cameras: [CameraID]
        /// Only frames inside.
        public var during: TimeSpan
        /// Only looks in this zone; nil for the whole picture.
        public var zone: PictureZone?

        /// Frames of `cameras` in `during`, and looks in `zone`.
        public init(cameras: [CameraID], during: TimeSpan, zone: PictureZone? = nil) {
            self.cameras = cameras
            self.during = during
            self.zone = zone
        }
    }

    /// A frame that is among the most similar ones.
    public struct Hit: Sendable, Equatable {
        /// The camera.
        public let camera: CameraID
        /// When.
        public let time: WallTime
        /// The product of the query and the frame's best look: the cosine, when both have length 1.
        public let score: Float
        /// That look.
        public let box: Box

        /// Best first; of equals by camera and time.
        static func precedes(_ a: Hit, _ b: Hit) -> Bool {
            (b.score, a.camera.name, a.time) < (a.score, b.camera.name, b.time)
        }
    }

    /// What a search had to look at.
    public struct Effort: Sendable, Equatable {
        /// Minutes that passed the filter, and those of them whose rows were read.
        public var minutes = 0, minutesRead = 0
        /// Rows that were read, and frames computed in full.
        public var rows = 0, computed = 0

        /// Nothing yet.
        public init() {}
    }

    private let encodings: EncodingReader
    private let team: WorkerTeam

    /// A search in what `encodings` reads, on all cores.
    public init(_ encodings: EncodingReader) {
        self.encodings = encodings
        team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
    }

    /// For each query the `limit` best frames, best first, and what that cost. All queries are answered in one pass.
    public func best(
        _ queries: [TextEncoding], limit: Int, in filter: Filter
    ) async throws(StoreError) -> (hits: [[Hit]], effort: Effort) {
        let (scan, team) = (RowScan(queries.map(\.values)), team)
        guard !queries.isEmpty, limit > 0 else { return (queries.map { _ in [] }, Effort()) }
        var gathered = BestFrames(queries: queries.count, limit: limit)
        for camera in filter.cameras {
            gathered = try await encodings.reduceDays(of: camera, during: filter.during, into: gathered) {
                gathered, day in
                team.lead { gathered.take(day, scan, filter) }
            }
        }
        return (gathered.result(), gathered.effort)
    }
}
