public import Base
public import Ingest

/// A camera to watch.
public struct LiveCamera: Sendable {
    /// What people call it.
    public let name: CameraID
    /// Where its stream is.
    public let address: StreamAddress
    /// How the stream is read.
    public let stream: StreamConfiguration
    /// Areas that nothing sees.
    public let mask: PrivacyMask
    /// Most false anomaly alarms a day.
    public let alarmCeilingPerDay: Double
    /// Whether a picture that shows what the last one encoded showed shares its encoding.
    public let reusesEncodings: Bool
    /// How its footage is recorded; nil when it is not.
    public let recording: LiveRecording?
    /// Tells apart two configurations of one camera: equal for equal settings.
    public let revision: Int

    /// Gathers the parts of a camera.
    public init(
        name: CameraID, address: StreamAddress, stream: StreamConfiguration, mask: PrivacyMask,
        alarmCeilingPerDay: Double, reusesEncodings: Bool, recording: LiveRecording?, revision: Int
    ) {
        self.name = name
        self.address = address
        self.stream = stream
        self.mask = mask
        self.alarmCeilingPerDay = alarmCeilingPerDay
        self.reusesEncodings = reusesEncodings
        self.recording = recording
        self.revision = revision
    }

    /// Seconds between analysed frames, by design.
    var period: Double { 1 / stream.frames.analyseFPS }
}
