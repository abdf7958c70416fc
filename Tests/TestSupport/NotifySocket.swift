import Glibc

/// A service manager's end of sd_notify(3): receives what a daemon tells about itself.
public final class NotifySocket: Sendable {
    /// For `NOTIFY_SOCKET`.
    public let path: String
    private let descriptor: Int32

    /// Listens at `path`, which must be short (unix(7): 107 bytes) and free.
    public init(at path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        // A daemon that root starts becomes another user before it speaks.
        guard isBound, chmod(path, 0o666) == 0 else {
            throw RTSPServer.Failure(description: "cannot bind \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The next message for which `isWanted` holds; those before it are thrown away. Nil after `seconds` without one.
    public func next(within seconds: Int = 20, _ isWanted: (String) -> Bool) -> String? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 200) > 0 else { continue }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { continue }
            let message = String(decoding: bytes.prefix(count), as: UTF8.self)
            if isWanted(message) { return message }
        }
        return nil
    }
}
