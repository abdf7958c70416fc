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
    /// Tells apart two configurations of one camera: equal for equal settings.
    public let revision: Int

    /// Gathers the parts of a camera.
    public init(
        name: CameraID, address: StreamAddress, stream: StreamConfiguration, mask: PrivacyMask,
        alarmCeilingPerDay: Double, revision: Int
    ) {
        self.name = name
        self.address = address
        self.stream = stream
        self.mask = mask
        self.alarmCeilingPerDay = alarmCeilingPerDay
        self.revision = revision
    }

    /// Seconds between analysed frames, by design.
    var period: Double { 1 / stream.frames.analyseFPS }
}
