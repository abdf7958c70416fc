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
    /// A file of footage cannot be written; `reason` is the operating system's text.
    case unwritable(RedactedURL, reason: String)
    /// A configuration value is impossible.
    case invalidConfiguration(problems: [String])

    /// A camera's address that is none.
    case invalidAddress(RedactedURL, reason: String)
    /// The camera's host name leads nowhere; `reason` is the resolver's text.
    case unknownHost(RedactedURL, reason: String)
    /// No connection: refused, or no way there; `reason` is the operating system's text.
    case unreachable(RedactedURL, reason: String)
    /// The camera did not answer a step within `limit`.
    case timedOut(RedactedURL, step: Step, limit: Duration)
    /// The camera wants another user name or password (401).
    case unauthorized(RedactedURL)
    /// The camera has no such stream (404).
    case notFound(RedactedURL)
    /// The camera refused for another reason, or answered something that is not RTSP.
    case rejected(RedactedURL, reason: String)
    /// No encrypted connection: the certificate is not trusted, or there is no TLS at all.
    case tlsFailed(RedactedURL, reason: String)
    /// The connection broke while frames were coming.
    case lost(RedactedURL, reason: String)
    /// The camera ended the stream; a live stream has no end, so this is a loss too.
    case streamEnded(RedactedURL)
    /// What comes over the connection can no longer be read.
    case corruptStream(RedactedURL, reason: String)
    /// This machine's wall clock was set while frames were coming, so that their times cannot go on.
    case clockStepped(RedactedURL, seconds: Double)

    /// What a camera was waited for.
    public enum Step: String, Sendable {
        /// The address of its host.
        case lookUp = "look up its host"
        /// Connection and RTSP's dialogue up to PLAY.
        case open = "open its stream"
        /// The first picture that can be decoded.
        case firstPicture = "get a first picture"
        /// The next packet of a stream that was playing.
        case read = "read on"
    }
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
            "cannot analyse \(file): it has no video track (\(tracks)); name a source with video"
        case .encrypted(let file): "cannot decode \(file): its video is encrypted; export or send it without protection"
        case .unsupportedCodec(let file, let codec):
            "cannot decode \(file): no decoder for \(codec) in this FFmpeg; set the camera, or convert the file, to H.264"
        case .nothingDecoded(let file, let reason):
            "cannot decode \(file): not one picture could be decoded (\(reason)); record or copy the file again, or look at the camera in a player"
        case .libraryFailure(let file, let step, let reason):
            "cannot \(step) for \(file): \(reason); see alertd doctor, free memory and try again"
        case .unwritable(let file, let reason): "cannot write \(file): \(reason); make room, or choose another folder"
        case .invalidConfiguration(let problems):
            "cannot ingest with this configuration: \(problems.joined(separator: "; ")); correct the values"
        default: cameraDescription
        }
    }
}
