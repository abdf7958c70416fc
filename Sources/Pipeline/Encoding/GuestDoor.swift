internal import Base

/// Lets one at a time queue for the engine; others wait in the order they came.
///
/// Priorities of tasks would not do: a child of a task group runs at the priority of the task that waits for the group, so
/// that cameras and descriptions of one daemon stand in the same lane.
final class GuestDoor: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    /// Returns when it is the caller's turn; call ``leave()`` afterwards.
    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isTaken {
                    state.waiting.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    /// Whoever waits longest takes the turn over.
    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
