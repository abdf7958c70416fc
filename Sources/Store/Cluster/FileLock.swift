import Glibc

/// An advisory lock on a file. The kernel lets go of it when the process ends, however that happens.
final class FileLock {
    /// How a lock is held.
    enum Mode: Int32 {
        /// Together with other holders of this mode.
        case shared = 1
        /// Alone.
        case exclusive = 2
    }

    private let path: String
    private let descriptor: Int32

    /// Opens the file, making it if it is missing; takes no lock yet.
    init(_ path: String, for account: ServiceAccount) throws(StoreError) {
        self.path = path
        // The server must not inherit it: it would hold the lock after this process is gone.
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .unusablePath(
                path: path, why: errorText(), remedy: "choose a --state directory that this user may write")
        }
        if geteuid() == 0 { _ = fchown(descriptor, account.user, account.group) }
    }

    deinit { close(descriptor) }

    /// Takes the lock, or changes how it is held, if nobody stands in the way.
    func tryLock(_ mode: Mode) -> Bool { flock(descriptor, mode.rawValue | LOCK_NB) == 0 }

    /// Takes the lock, waiting up to `seconds`. Blocks the thread. Throws ``StoreError/stateBusy(path:seconds:)``.
    func lock(_ mode: Mode, seconds: Int) throws(StoreError) {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !tryLock(mode) {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
                throw .stateBusy(path: path, seconds: seconds)
            }
            usleep(20_000)
        }
    }
}
