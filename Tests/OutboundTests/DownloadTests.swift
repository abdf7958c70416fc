import Base
import Foundation
import Outbound
import TestSupport
import Testing

@Suite("Downloads into files", .tags(.integration), .timeLimit(.minutes(10)))
struct DownloadTests {
    private let client = OutboundClient(NetworkSettings(environment: [:]))
    private let folder: ScratchFolder
    private let server: ScriptedServer
    private let whole = Data((0..<10_000).map { UInt8($0 % 251) })

    init() throws {
        folder = try ScratchFolder()
        server = try ScriptedServer.web()
    }

    private func request(_ fault: String = "") -> HTTPRequest {
        HTTPRequest(.get, "http://127.0.0.1:\(server.port)/file?count=10000&fault=\(fault)")
    }

    @Test("write the body of a success, and replace what was there before")
    func fresh() async throws {
        let path = try folder.write("model", Data(repeating: 1, count: 20_000))
        let file = try await client.download(request(), to: path)
        #expect(file.kept == 0 && file.written == 10_000 && file.reply.isSuccess)
        #expect(try Data(contentsOf: URL(filePath: path)) == whole)
    }

    @Test("go on where a truncated one ended")
    func resumption() async throws {
        let path = folder.file("model").path
        let error = await #expect(throws: OutboundError.self) { try await client.download(request("cut"), to: path) }
        #expect(error?.isTransient == true)
        let half = try Data(contentsOf: URL(filePath: path))
        #expect(half == whole.prefix(5000))
        let file = try await client.download(request(), to: path, offset: 5000)
        #expect(file.kept == 5000 && file.written == 5000 && file.reply.status == 206)
        #expect(try Data(contentsOf: URL(filePath: path)) == whole)
    }

    @Test("begin anew when the server sends everything, and refuse another part than the one asked for")
    func rangeFaults() async throws {
        let path = try folder.write("model", Data(repeating: 9, count: 4000))
        let file = try await client.download(request("ignore"), to: path, offset: 4000)
        #expect(file.kept == 0 && file.written == 10_000)
        #expect(try Data(contentsOf: URL(filePath: path)) == whole)
        let other = try folder.write("other", whole.prefix(4000))
        await #expect(throws: OutboundError.self) {
            try await client.download(request("other"), to: other, offset: 4000)
        }
        #expect(try Data(contentsOf: URL(filePath: other)) == whole.prefix(4000))
    }

    @Test("leave the file as it was when the server refuses")
    func refusal() async throws {
        let path = try folder.write("model", Data("old".utf8))
        let page = "http://127.0.0.1:\(server.port)/status?code=404"
        let file = try await client.download(HTTPRequest(.get, page), to: path)
        #expect(file.reply.status == 404 && file.reply.text == "not\r\nnow" && file.written == 0)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
    }

    @Test("stop a server that is too slow, and name a file that cannot be written")
    func slow() async throws {
        var slow = request("slow")
        slow.limits.total = nil
        (slow.limits.slowestBytesPerSecond, slow.limits.stall) = (1_000_000, .seconds(1))
        let error = await #expect(throws: OutboundError.self) {
            try await client.download(slow, to: folder.file("slow").path)
        }
        guard case .timedOut? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let link = folder.file("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        for path in [link, folder.file("no/such/folder").path] {
            let error = await #expect(throws: OutboundError.self) { try await client.download(request(), to: path) }
            guard case .file? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
