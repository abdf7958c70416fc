public import Base

/// Where the packets of a camera's stream go while its frames are analysed, or while nobody looks.
public struct RecordingPlan: Sendable {
    /// What becomes of the packets.
    public enum Keeping: Sendable {
        /// Segments in this folder, which exists: MP4 files named `….part` until they are reported.
        case segments(folder: String)
        /// The last groups of pictures in memory: the stream of a camera with a privacy mask never reaches the disk.
        case memory(PacketRing)
    }

    /// News of the recording.
    public enum News: Sendable, Equatable {
        /// A segment was ended; it is not yet safe from a loss of power.
        case segment(RecordedSegment)
        /// Nothing can be written for now; it is tried again.
        case failed(IngestError)
    }

    /// What becomes of the packets.
    public let keeping: Keeping
    /// Seconds after which a segment ends, at the next key frame.
    public let segmentSeconds: Double
    /// Hears what happens, on the thread that reads the stream; must not wait.
    public let report: @Sendable (News) -> Void

    /// Gathers the parts of a plan.
    public init(keeping: Keeping, segmentSeconds: Double = 30, report: @escaping @Sendable (News) -> Void) {
        (self.keeping, self.segmentSeconds, self.report) = (keeping, segmentSeconds, report)
    }
}

/// A file of footage.
public struct RecordedSegment: Sendable, Equatable {
    /// Where it is.
    public let path: String
    /// `[start, end)`: from its first picture's moment to the end of its last one's.
    public let during: TimeSpan

    /// Gathers the parts of a segment.
    public init(path: String, during: TimeSpan) { (self.path, self.during) = (path, during) }
}
