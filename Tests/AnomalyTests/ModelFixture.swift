import Anomaly
import Base
import Foundation

/// A small camera for tests: seven seconds between frames, a person who comes by every few minutes, wide awake after two
/// hours.
struct ModelFixture {
    static let width = 8
    static let step = 7.0
    /// 2026-01-06, a Tuesday, at midnight.
    static let origin = WallTime(microseconds: 1_767_657_600_000_000)

    var model: AnomalyModel
    private(set) var seconds = 0.0
    private var random = SeededRandom(4)
    private(set) var opened: [EventAutomaton.Interval] = []
    private(set) var closed: [(event: EventAutomaton.Interval, reason: EventAutomaton.CloseReason)] = []

    static var encoder: EncoderIdentity {
        EncoderIdentity(name: "test", digest: "abc", width: width, resolution: "small")
    }

    static func constants() -> AnomalyConstants {
        var constants = AnomalyConstants()
        constants.coldFrames = 100
        constants.coldSeconds = 700
        constants.settling = 3600
        constants.hourSettling = 1e9
        constants.hourMinimum = 300
        constants.maximumDuration = 600
        constants.probation = 1e9
        return constants
    }

    init(ceilingPerDay: Double = 100, sentences: SentenceMemory? = nil, constants: AnomalyConstants = constants())
        throws
    {
        guard let camera = CameraID("gate") else { throw CancellationError() }
        model = AnomalyModel(
            camera: camera, encoder: Self.encoder, sentences: sentences, ceilingPerDay: ceilingPerDay,
            constants: constants)
    }

    /// A unit vector along axis `axis`, a little disturbed.
    mutating func vector(_ axis: Int, noise: Double = 0.1) -> [Float] {
        var values = random.vector(Self.width, length: noise)
        values[axis] += 1
        return VectorSum.unit(values)
    }

    static func time(_ seconds: Double) -> WallTime { origin.advanced(bySeconds: seconds) }

    /// The frame now: the scene, somebody every so often, and whatever is `added`.
    mutating func frame(adding added: [[Float]] = [], chroma: Double? = 20) -> AnomalyFrame {
        var looks = [FrameEncoding.Look(box: .whole, values: vector(0))]
        if Int(seconds / Self.step) % 20 < 4 { looks.append(.init(box: Self.place(0.2), values: vector(1))) }
        for look in added { looks.append(.init(box: Self.place(0.6), values: look)) }
        return AnomalyFrame(
            encoding: FrameEncoding(time: Self.time(seconds), looks: looks), chroma: chroma)
    }

    static func place(_ left: Double) -> Box { Box(left: left, top: 0.4, right: left + 0.1, bottom: 0.7) }

    /// Shows `frame` and moves on.
    mutating func show(_ frame: AnomalyFrame) -> AnomalyReading? {
        let reading = model.observe(frame)
        seconds += Self.step
        for change in reading?.changes ?? [] {
            switch change {
            case .opened(let event): opened.append(event)
            case .closed(let event, let reason, _): closed.append((event, reason))
            default: break
            }
        }
        return reading
    }

    /// Shows ordinary frames for `duration` seconds.
    mutating func ordinary(_ duration: Double) {
        let end = seconds + duration
        while seconds < end { _ = show(frame()) }
    }

    /// Shows a strange look for `duration` seconds; gives the readings.
    mutating func strange(_ duration: Double, axis: Int = 5) -> [AnomalyReading] {
        let end = seconds + duration
        var readings: [AnomalyReading] = []
        while seconds < end {
            let look = vector(axis)
            if let reading = show(frame(adding: [look])) { readings.append(reading) }
        }
        return readings
    }

    /// A fixture that knows its camera.
    static func live(ceilingPerDay: Double = 100, sentences: SentenceMemory? = nil) throws -> ModelFixture {
        var fixture = try ModelFixture(ceilingPerDay: ceilingPerDay, sentences: sentences)
        fixture.ordinary(6 * 3600)
        return fixture
    }
}
