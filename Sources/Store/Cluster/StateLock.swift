import Glibc

/// Holds a state directory for one daemon: two that write the same files would each lose what the other knows.
public final class StateLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Takes the directory, which must exist (``StateDirectory/prepare(_:)``), until the result is released or the
    /// process ends. Throws ``StoreError/stateTaken(path:process:)``.
    public static func hold(_ stateDirectory: String) throws(StoreError) -> StateLock {
        let path = stateDirectory + "/run.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .unusablePath(
                path: path, why: errorText(), remedy: "choose a --state directory that this user may write")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            throw .stateTaken(path: stateDirectory, process: writtenProcess(descriptor))
        }
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        return StateLock(descriptor)
    }

    /// The process of the daemon that works with the directory; nil when none does, 0 when it did not say which it is.
    public static func holder(of stateDirectory: String) -> Int32? {
        let descriptor = open(stateDirectory + "/run.lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        return writtenProcess(descriptor) ?? 0
    }

    private static func writtenProcess(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(descriptor, &bytes, bytes.count)
        return Int32(String(decoding: bytes.prefix(max(0, count)).filter { $0 != 10 }, as: UTF8.self))
    }
}
