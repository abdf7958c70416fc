import Base
import Foundation
import Logging

/// The daemon's log: lines on standard error in the form that their reader expects, bounded in rate.
struct ServiceLog: LogHandler {
    /// What all copies share.
    private final class Sink: Sendable {
        let form: LogForm
        let origin = ContinuousClock.now
        let gate = Locked(LogGate())

        init(_ form: LogForm) { self.form = form }
    }

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let sink: Sink

    /// A log of lines at and above `level`.
    init(_ form: LogForm, level: Logger.Level) {
        sink = Sink(form)
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let seconds = (ContinuousClock.now - sink.origin) / .seconds(1)
        let text = "\(event.message)"
        // Cameras have lines of their own: one that flaps does not silence another.
        let place = "\(event.file):\(event.line) \(text.prefix { $0 != ":" })"
        guard let leftOut = sink.gate.withLock({ $0.pass(place, at: seconds) }) else { return }
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
        let remark = leftOut > 0 ? " (\(leftOut) lines like it were left out)" : ""
        StandardStreams.complain(sink.form.line(event.level, text + remark, all, at: WallTime(Date())))
    }
}
