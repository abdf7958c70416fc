import Glibc

/// Ends the waits of a ``PostgresSession`` from another thread, for good: a pipe that poll(2) watches beside the
/// connection's socket.
final class WakeSignal: Sendable {
    /// Becomes readable when the signal is raised; -1 when the system had no descriptor left, and then nothing wakes.
    let descriptor: Int32
    private let input: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            (descriptor, input) = (-1, -1)
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (descriptor, input) = (ends[0], ends[1])
    }

    deinit {
        for end in [descriptor, input] where end >= 0 { close(end) }
    }

    /// Wakes whoever waits, now and later.
    func raise() {
        // Once is enough, since nobody ever reads it; a pipe has room for more calls than one feed gets.
        _ = write(input, "!", 1)
    }
}
