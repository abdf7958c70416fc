import Foundation
import Store
import TestSupport
import Testing
import Web

@Suite("Where the service listens", .tags(.integration), .timeLimit(.minutes(5)))
struct ListeningTests {
    /// Sends its standard input to a port of this machine over TLS, or to a unix socket, and prints what comes back.
    private static let client = """
        import socket, ssl, sys
        kind, place = sys.argv[1:]
        if kind == 'unix':
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(10)
            client.connect(place)
        else:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            client = context.wrap_socket(socket.create_connection(('127.0.0.1', int(place)), 10), server_hostname='localhost')
        client.sendall(sys.stdin.buffer.read())
        while more := client.recv(65536):
            sys.stdout.buffer.write(more)
        """
    private static let openssl = "/usr/bin/openssl"

    private static func run(_ program: String, _ arguments: [String], input: String = "") throws -> String {
        let (process, stdin, stdout) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, FileHandle.nullDevice)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    private static func ask(_ kind: String, _ place: String, _ request: String) throws -> String {
        try run("/usr/bin/python3", ["-c", client, kind, place], input: request.replacing("\n", with: "\r\n"))
    }

    @Test(
        "over TLS answers say that encryption stays, cookies are marked, and clear text is not answered",
        .enabled(if: FileManager.default.isExecutableFile(atPath: openssl), "openssl makes the certificate"))
    func encrypted() async throws {
        let folder = try ScratchFolder()
        let (chain, key) = (folder.file("chain.pem").path, folder.file("key.pem").path)
        _ = try Self.run(
            Self.openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-keyout", key, "-out", chain,
            ])
        let token = AccessToken.make()
        let site = try await WebSite(
            web: WebConfiguration(certificate: .init(chain: chain, key: key)),
            before: { store in
                _ = try await store.addAccessToken(
                    .init(name: "a", digest: AccessToken.digest(of: token), scope: .read, cameras: nil))
            })
        try await site.serving { port in
            let health = try Self.ask("tls", "\(port)", "GET /healthz HTTP/1.1\nHost: localhost\nConnection: close\n\n")
            #expect(health.hasPrefix("HTTP/1.1 200") && health.lowercased().contains("strict-transport-security"))
            let body = #"{"token":"\#(token)"}"#
            let login = try Self.ask(
                "tls", "\(port)",
                "POST /login HTTP/1.1\nHost: localhost\nOrigin: https://localhost\nContent-Type: application/json\n"
                    + "Content-Length: \(body.utf8.count)\nConnection: close\n\n\(body)")
            #expect(login.hasPrefix("HTTP/1.1 204") && login.contains("; Secure") && login.contains("HttpOnly"))
            #expect(PlainHTTP.get("/healthz", port: port).status == 0)
            let wrong = try Self.ask("tls", "\(port)", "BLAH\n\n")
            #expect(wrong.hasPrefix("HTTP/1.1 400") && wrong.contains("application/problem+json"), "\(wrong)")
        }
    }

    @Test("a unix socket serves whoever may open it, by any name, also after a process that left it behind")
    func unixSocket() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("web.sock").path
        for _ in 0..<2 {
            let site = try await WebSite(web: WebConfiguration(socketPath: path))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await site.server.run() }
                defer { group.cancelAll() }
                var answer = ""
                for _ in 0..<100 where answer.isEmpty {
                    answer = try Self.ask("unix", path, "GET /healthz HTTP/1.1\nHost: anything\nConnection: close\n\n")
                    if answer.isEmpty { try await ContinuousClock().sleep(for: .milliseconds(50)) }
                }
                #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
                let list = try Self.ask("unix", path, "GET /api/v1/cameras HTTP/1.1\nHost: a\nConnection: close\n\n")
                #expect(list.hasPrefix("HTTP/1.1 200"), "\(list)")
            }
            // What a killed process leaves.
            if !FileManager.default.fileExists(atPath: path) {
                _ = try Self.run(
                    "/usr/bin/python3",
                    ["-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", path])
            }
        }
    }
}
