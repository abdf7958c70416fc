internal import Base
internal import CCurl

/// libcurl's set of transfers, with the connections that it keeps for later ones.
// SAFETY: `pointer` never changes. The worker that owns it hands it to libcurl on its one thread alone, within one call of its
// actor, so no two of those run at a time. From other threads only wake() is called, and curl_multi_wakeup is documented as the
// call that they may make at any time before the clean-up. Both hold a reference while they run (the worker its property, a
// signal the one it took under its lock), so `deinit` runs after both; libcurl lets any thread clean up when no other uses the
// handle, and releasing the last reference orders what was written before.
final class MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    init?() {
        guard let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
    }

    deinit { curl_multi_cleanup(pointer) }

    /// Ends a wait for sockets, now or the next one.
    func wake() { curl_multi_wakeup(pointer) }
}

/// What other threads tell a running transfer: to stop.
final class TransferSignal: Sendable {
    private struct State {
        var isCancelled = false
        var multi: MultiHandle?
    }

    private let state = Locked(State())

    /// Whether the transfer is to stop.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Stops the transfer at once, also one that has not begun.
    func cancel() {
        let multi = state.withLock { state in
            state.isCancelled = true
            return state.multi
        }
        multi?.wake()
    }

    /// The transfer runs in `multi`; nil when it has ended.
    func attach(_ multi: MultiHandle?) { state.withLock { $0.multi = multi } }
}
