import Base
import CFFmpeg

/// Gathers the error lines that libav writes while it works on one source, from whichever thread it writes them.
///
/// The contexts of a source point at ``sink`` through their `opaque` field, so this must outlive them.
final class DamageLog: Sendable {
    private struct State {
        var lines = 0
        var last: String?
    }

    private let state = Locked(State())
    private let redact: @Sendable (String) -> String

    /// A log that keeps lines as `redact` leaves them: what libav writes about a camera may hold its password.
    init(redact: @escaping @Sendable (String) -> String = { $0 }) { self.redact = redact }

    /// Error lines so far.
    var lines: Int { state.withLock { $0.lines } }

    /// The last error line, nil when there was none.
    var last: String? { state.withLock { $0.last } }

    /// Takes note of one line.
    func add(_ text: String) {
        let line = redact(text.trimmingWhitespace())
        if line.isEmpty { return }
        state.withLock { state in
            state.lines += 1
            state.last = line
        }
    }
}

/// The C side of a ``DamageLog``: what `AVFormatContext.opaque` and `AVCodecContext.opaque` point at.
final class LogSink {
    let log: DamageLog
    let pointer: UnsafeMutablePointer<ff_log_sink>

    init(_ log: DamageLog) {
        self.log = log
        pointer = .allocate(capacity: 1)
        pointer.initialize(
            to: ff_log_sink(
                line: { owner, _, text in
                    guard let owner, let text else { return }
                    Unmanaged<DamageLog>.fromOpaque(owner).takeUnretainedValue().add(String(cString: text))
                }, owner: Unmanaged.passUnretained(log).toOpaque(), parts: nil))
    }

    deinit { pointer.deallocate() }
}

extension String {
    fileprivate func trimmingWhitespace() -> String {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map(index(after:)) ?? endIndex
        return start < end ? String(self[start..<end]) : ""
    }
}
