public import Base

/// What a recording says about itself before anything is decoded.
public struct MediaProbe: Sendable, Equatable {
    /// libavformat's name of the container (`mov,mp4,m4a,3gp,3g2,mj2`).
    public let container: String
    /// libavcodec's name of the video codec (`h264`).
    public let codec: String
    /// Coded picture width, before rotation and sample aspect ratio are applied.
    public let width: Int
    /// Coded picture height.
    public let height: Int
    /// Playing time in seconds as the container states or estimates it; nil when it does not, or not believably.
    /// For a progress bar and for placing a recording by its modification time, never for frame times.
    public let durationSeconds: Double?
    /// The `creation_time` tag; nil when there is none or when it lies before 1990 (a clock that was never set).
    public let creationTime: WallTime?
}

/// Where a recording lies on the wall clock, and how that is known.
public struct RecordingStart: Sendable, Equatable {
    /// How the start was found, best first.
    public enum Evidence: String, Sendable {
        /// A person said so (`--start`).
        case given
        /// The container's creation time.
        case creationTime
        /// The file's modification time less its duration: when it was written last, if nobody touched it since.
        case modificationTime
    }

    /// Moment of the first presented frame.
    public let time: WallTime
    /// How the moment was found.
    public let evidence: Evidence

    /// The start of `file`: `given` when there is one, else the creation time, else modification time less duration.
    public init(of file: MediaFile, probe: MediaProbe, given: WallTime? = nil) {
        if let given {
            (time, evidence) = (given, .given)
        } else if let creation = probe.creationTime {
            (time, evidence) = (creation, .creationTime)
        } else {
            time = file.modificationTime.advanced(bySeconds: -(probe.durationSeconds ?? 0))
            evidence = .modificationTime
        }
    }
}
