public import Foundation
import Glibc

/// HTTP/1.1 over a socket of this machine, as bare as it gets: tests send what a library would refuse to.
public final class PlainHTTP {
    /// What came back.
    public struct Reply: Sendable {
        /// The status of the first line; 0 when the connection ended before one.
        public let status: Int
        /// Fields by name in lower case.
        public let headers: [String: String]
        /// The body, chunks joined.
        public let body: Data
        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private var buffer = Data()

    /// Connects to a port of 127.0.0.1, whose answers are waited for `timeout` seconds. Nil when nobody listens.
    public init?(port: Int, timeout: Int = 20) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Sends these bytes as they are; false when the other end is gone.
    @discardableResult
    public func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent <= 0 { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// One request, and its answer.
    public static func get(
        _ path: String, port: Int, method: String = "GET", headers: [String] = [], body: String? = nil
    ) -> Reply {
        guard let client = PlainHTTP(port: port) else { return Reply(status: 0, headers: [:], body: Data()) }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
        if let body { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return client.reply()
    }

    /// Reads one answer to its end.
    public func reply() -> Reply {
        guard let head = text(until: "\r\n\r\n") else { return Reply(status: 0, headers: [:], body: Data()) }
        let lines = head.components(separatedBy: "\r\n")
        let status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        var body = Data()
        if headers["transfer-encoding"] == "chunked" {
            while let size = text(until: "\r\n").flatMap({ Int($0, radix: 16) }), let part = bytes(size + 2), size > 0 {
                body += part.dropLast(2)
            }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            body = bytes(length) ?? Data()
        }
        return Reply(status: status, headers: headers, body: body)
    }

    /// What comes up to `end`, which is taken and not given; nil when the connection ends or is silent too long before.
    public func text(until end: String) -> String? {
        while true {
            if let range = buffer.range(of: Data(end.utf8)) {
                let text = String(decoding: buffer[buffer.startIndex..<range.lowerBound], as: UTF8.self)
                buffer = Data(buffer[range.upperBound...])
                return text
            }
            guard receive() else { return nil }
        }
    }

    private func bytes(_ count: Int) -> Data? {
        while buffer.count < count { guard receive() else { return nil } }
        defer { buffer = Data(buffer.dropFirst(count)) }
        return Data(buffer.prefix(count))
    }

    private func receive() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: part[..<count])
        return true
    }
}
