extension IngestError {
    /// A word for statistics: why a camera was lost, of a closed list.
    public var kind: String {
        switch self {
        case .unknownHost, .unreachable: "unreachable"
        case .timedOut: "timed_out"
        case .unauthorized, .permissionDenied: "unauthorized"
        case .notFound, .missing, .rejected, .invalidAddress, .noVideoTrack, .unsupportedCodec, .refusedFormat:
            "refused"
        case .tlsFailed: "tls_failed"
        case .lost, .unreadable: "lost"
        case .streamEnded: "stream_ended"
        case .corruptStream, .damagedContainer, .nothingDecoded, .notMedia: "corrupt"
        case .clockStepped: "clock_stepped"
        default: "other"
        }
    }
}
