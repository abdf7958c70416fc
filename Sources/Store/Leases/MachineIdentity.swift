import Glibc

/// What tells a state directory from every other: two daemons of one name are noticed by it.
public enum MachineIdentity {
    /// The identity of the state directory at `path`, made on first use: 32 hexadecimal digits in the file `machine`.
    /// Throws ``StoreError/unusablePath(path:why:remedy:)``.
    public static func of(stateDirectory path: String) throws(StoreError) -> String {
        let file = path + "/machine"
        if let known = read(file) { return known }
        let fresh = (0..<16).map { _ in UInt8.random(in: 0 ... .max) }
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        // Beside its place and renamed, so that it is whole or absent.
        let draft = file + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SpoolSegment.failure(draft) }
        defer { close(descriptor) }
        let bytes = Array(fresh.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, rename(draft, file) == 0
        else { throw SpoolSegment.failure(draft) }
        return fresh
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count == 32 else { return nil }
        let text = String(decoding: bytes.prefix(32), as: UTF8.self)
        return text.allSatisfy(\.isHexDigit) ? text : nil
    }
}
