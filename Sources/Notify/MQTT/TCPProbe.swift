internal import Glibc

/// Finds out whether anybody takes connections at an address, within a time and until it is cancelled: libmosquitto's own
/// connecting blocks for as long as the system tries, which may be minutes.
enum TCPProbe {
    /// Nil when a connection was made, and ended again; else why there was none.
    static func failure(host: String, port: Int32, within limit: Duration) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0 else { return "its name is not found: \(String(cString: gai_strerror(code)))" }
        defer { freeaddrinfo(found) }
        let deadline = ContinuousClock.now + limit
        var why = "it has no address"
        var next = found
        while let address = next?.pointee {
            guard let problem = failure(address, until: deadline) else { return nil }
            why = problem
            next = address.ai_next
        }
        return why
    }

    private static func failure(_ address: addrinfo, until deadline: ContinuousClock.Instant) -> String? {
        let kind = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return String(cString: strerror(errno)) }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while poll(&waiting, 1, 50) <= 0 {
            if Task.isCancelled { return "cancelled" }
            if ContinuousClock.now >= deadline { return "it does not answer" }
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code != 0 else { return nil }
        return String(cString: strerror(code))
    }
}
