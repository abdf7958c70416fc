public import Base

/// One camera: where its pictures come from, and what is done with them.
public struct CameraConfiguration: Hashable, Sendable {
    /// How packets of an RTSP stream travel.
    public enum Transport: String, Hashable, Sendable, CaseIterable {
        /// Inside the RTSP connection.
        case tcp
        /// As datagrams beside it.
        case udp
    }

    /// What decodes the stream.
    public enum Decoder: String, Hashable, Sendable, CaseIterable {
        /// The processor.
        case software
        /// A graphics processor by VA-API, if it can.
        case vaapi
        /// A graphics processor by NVDEC, if it can.
        case cuda
    }

    /// The name in the file.
    public let name: CameraID
    /// The stream that is analysed.
    public let url: SecretURL
    /// The stream that clips are cut from; the same as ``url`` unless the file says otherwise.
    public let recordURL: SecretURL
    /// How RTSP packets travel.
    public let transport: Transport
    /// Longest wait for a connection and its first packet.
    public let openTimeout: Duration
    /// Longest wait for each further packet.
    public let readTimeout: Duration
    /// Whether the certificate of an rtsps or https address must be trusted.
    public let verifiesTLS: Bool
    /// What decodes the stream.
    public let decoder: Decoder
    /// Frames analysed a second.
    public let analyseFPS: Double
    /// Whether a picture that shows nothing new shares the encoding of the last one that did.
    public let gatesChanges: Bool
    /// Areas painted over before anything else sees the frame.
    public let masks: [Polygon]
    /// Named areas that queries may be bound to.
    public let zones: [String: Polygon]
    /// Most false anomaly alarms a day on normal footage.
    public let alarmCeilingPerDay: Double
    /// How long what was seen is kept.
    public let retention: RetentionConfiguration
    /// How clips are cut.
    public let clips: ClipsConfiguration
}

/// How long what a camera saw is kept.
public struct RetentionConfiguration: Hashable, Sendable {
    /// Days that encodings are kept: how far back search can look.
    public let encodingsDays: Int
    /// Most space that the camera's encodings take, in GiB; the oldest days go first.
    public let encodingsGiB: Double
    /// Days that events are kept.
    public let eventsDays: Int
    /// Days that anomaly scores are kept.
    public let scoresDays: Int
    /// Days that clips are kept.
    public let clipsDays: Int
    /// Most space that the camera's clips take, in GiB; the oldest go first.
    public let clipsGiB: Double
}

/// How clips of events are cut.
public struct ClipsConfiguration: Hashable, Sendable {
    /// Footage kept before an event's start.
    public let before: Duration
    /// Footage kept after an event's end.
    public let after: Duration
}
