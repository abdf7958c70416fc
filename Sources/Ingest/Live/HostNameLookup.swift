import Base
import Glibc

/// Looks a host's name up on a thread of its own: getaddrinfo(3) can neither be interrupted nor given a deadline. A
/// look-up that nobody waits for any longer ends by the resolver's own time-outs.
final class HostNameLookup: Sendable {
    private let host: String
    private let outcome = Locked<Int32?>(nil)

    private static let pollMicroseconds: UInt32 = 10_000

    private init(_ host: String) { self.host = host }

    /// Blocks until `host` is known. Returns false when `interrupt` was raised or its time is over. Throws `unknownHost`.
    static func succeeds(
        _ host: String, of location: RedactedURL, interrupt: Interrupt
    ) throws(IngestError) -> Bool {
        let lookup = HostNameLookup(host)
        guard lookup.start() == 0 else {
            throw .libraryFailure(location, step: "start a name look-up", reason: "no thread to be had")
        }
        while !interrupt.isRaised, !interrupt.isExpired {
            if let code = lookup.outcome.withLock({ $0 }) {
                if code == 0 { return true }
                throw .unknownHost(location, reason: String(cString: gai_strerror(code)))
            }
            usleep(Self.pollMicroseconds)
        }
        return false
    }

    private func start() -> Int32 {
        let argument = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<HostNameLookup>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument)
        if code == 0 { pthread_detach(thread) } else { Unmanaged<HostNameLookup>.fromOpaque(argument).release() }
        return code
    }

    private func run() {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &found)
        freeaddrinfo(found)
        outcome.withLock { $0 = code }
    }
}
