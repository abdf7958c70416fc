import Base

/// The progress of one pull on the terminal.
final class PullProgress: Sendable {
    private struct State {
        var bar: ProgressBar
        var whole: Int64?
    }

    private let state: Locked<State>

    /// A progress under `label`, shown once it is known how much will come.
    init(_ label: String) { state = Locked(State(bar: ProgressBar(label))) }

    /// So many bytes will be there in the end.
    func expect(_ bytes: Int64) { state.withLock { $0.whole = bytes } }

    /// So many are there.
    func show(_ bytes: Int64) {
        state.withLock { state in
            guard let whole = state.whole, whole > 0 else { return }
            state.bar.show(Double(bytes) / Double(whole), "of \(ByteCount.text(Int(whole)))")
        }
    }

    /// Removes the bar.
    func clear() { state.withLock { $0.bar.clear() } }
}
