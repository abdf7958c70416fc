internal import Base
internal import CCurl

/// libcurl's set of transfers, with the connections that it keeps for later ones.
// SAFETY: everything but wake() is called on the one thread of the worker that owns it; curl_multi_wakeup is documented as
// the call that other threads may make. It is freed with the last reference, when neither can be running.
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

/// What other threads tell a running transfer: to stop, or that there is room again.
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

    /// Lets the transfer look whether there is room again.
    func wake() {
        let multi = state.withLock { $0.multi }
        multi?.wake()
    }

    /// The transfer runs in `multi`; nil when it has ended.
    func attach(_ multi: MultiHandle?) { state.withLock { $0.multi = multi } }
}
