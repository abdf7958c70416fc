public import Base

/// Why footage cannot be read. Each case says on what it happened; ``description`` adds what was tried and what to do.
public enum IngestError: Error, Sendable, Equatable {
    /// No file has this path.
    case missing(RedactedURL)
    /// The path leads to a directory, a pipe, a socket or a device; `kind` says which.
    case notARegularFile(RedactedURL, kind: String)
    /// The operating system refuses to let this user read the file.
    case permissionDenied(RedactedURL)
    /// The file has no bytes.
    case empty(RedactedURL)
    /// Opening or reading failed for a reason the operating system gave.
    case unreadable(RedactedURL, reason: String)
    /// The contents are no media format known here (for example text under a video's name).
    case notMedia(RedactedURL)
    /// A format that is not read on purpose: playlists and other formats that refer to further files.
    case refusedFormat(RedactedURL, format: String)
    /// The container could not be read; `reason` is libavformat's text.
    case damagedContainer(RedactedURL, format: String, reason: String)
    /// An MP4 or QuickTime file without its index (`moov`): its recording was cut off.
    case missingIndex(RedactedURL)
    /// There is no video track; `tracks` names those that there are.
    case noVideoTrack(RedactedURL, tracks: String)
    /// The video track is encrypted.
    case encrypted(RedactedURL)
    /// There is no decoder for the video track; `codec` is its name or four-character code.
    case unsupportedCodec(RedactedURL, codec: String)
    /// Not one picture could be decoded; `reason` is the decoder's last text.
    case nothingDecoded(RedactedURL, reason: String)
    /// libav refused a step for a reason of its own (memory, most likely).
    case libraryFailure(RedactedURL, step: String, reason: String)
    /// A configuration value is impossible.
    case invalidConfiguration(problems: [String])
}

extension IngestError: CustomStringConvertible {
    /// One line: what was tried, on what, why it failed, what to do.
    public var description: String {
        switch self {
        case .missing(let file): "cannot open \(file): no such file; check the path"
        case .notARegularFile(let file, let kind): "cannot read \(file): it is a \(kind); name a video file"
        case .permissionDenied(let file):
            "cannot open \(file): permission denied; make it readable for the user that runs alertd"
        case .empty(let file): "cannot read \(file): the file is empty (0 bytes); copy or record it again"
        case .unreadable(let file, let reason): "cannot read \(file): \(reason); check the disk or the network mount"
        case .notMedia(let file):
            "cannot read \(file): its contents are no known media format; check that it is a video and not renamed"
        case .refusedFormat(let file, let format):
            "cannot read \(file): it is \(format), which points to other files; name the video files themselves"
        case .damagedContainer(let file, let format, let reason):
            "cannot read \(file): damaged \(format) file (\(reason)); record or copy it again"
        case .missingIndex(let file):
            "cannot read \(file): its index (moov) is missing, the recording was cut off; repair it (untrunc) or copy it again"
        case .noVideoTrack(let file, let tracks):
            "cannot analyse \(file): it has no video track (\(tracks)); name a file with video"
        case .encrypted(let file): "cannot decode \(file): its video is encrypted; export it without protection"
        case .unsupportedCodec(let file, let codec):
            "cannot decode \(file): no decoder for \(codec) in this FFmpeg; convert it, for example to H.264"
        case .nothingDecoded(let file, let reason):
            "cannot decode \(file): not one picture could be decoded (\(reason)); record or copy it again"
        case .libraryFailure(let file, let step, let reason):
            "cannot \(step) for \(file): \(reason); see alertd doctor, free memory and try again"
        case .invalidConfiguration(let problems):
            "cannot ingest with this configuration: \(problems.joined(separator: "; ")); correct the values"
        }
    }
}
