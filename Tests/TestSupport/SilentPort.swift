import Glibc

/// A TCP port of 127.0.0.1 that is taken and serves nothing.
public final class SilentPort: Sendable {
    /// What a client meets.
    public enum Manner: Sendable {
        /// The connection is refused.
        case refuses
        /// The connection is accepted and nothing is ever said.
        case accepts
    }

    /// Its number.
    public let number: Int
    private let descriptor: Int32

    /// Takes a free port.
    public init(_ manner: Manner) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        // The kernel answers for a listening socket; without listen(2) it refuses.
        guard isBound, manner == .refuses || listen(descriptor, 16) == 0 else {
            throw RTSPServer.Failure(description: "no free port: \(String(cString: strerror(errno)))")
        }
        self.descriptor = descriptor
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
