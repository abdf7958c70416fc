import Base
import Configuration
import Foundation
import TestSupport
import Testing

@Suite("Configuration files", .timeLimit(.minutes(5)))
struct FilesTests {
    @Test("a wrong file gives exactly its expected errors", arguments: ConfigurationFixture.all("wrong"))
    func wrong(_ fixture: ConfigurationFixture) {
        #expect(throws: ConfigurationError.self) { try ConfigurationFixture.sources.resolve(fixture.yaml) }
        #expect(errors(String(decoding: fixture.yaml, as: UTF8.self)) + "\n" == fixture.expected)
    }

    @Test(
        "a right file gives exactly its expected effective configuration", arguments: ConfigurationFixture.all("right"))
    func right(_ fixture: ConfigurationFixture) throws {
        let configuration = try ConfigurationFixture.sources.resolve(fixture.yaml)
        #expect(EffectiveConfiguration(configuration).yaml == fixture.expected)
    }

    @Test(
        "the effective configuration is read back the same but for secrets",
        arguments: ConfigurationFixture.all("right"))
    func roundTrip(_ fixture: ConfigurationFixture) throws {
        let first = try ConfigurationFixture.sources.resolve(fixture.yaml)
        let printed = EffectiveConfiguration(first).yaml
        let second = try ConfigurationFixture.sources.resolve(yaml: printed)
        #expect(EffectiveConfiguration(second).yaml == printed)
        if !printed.contains("***") { #expect(CameraChanges(from: first, to: second).isEmpty) }
        #expect(first.queries == second.queries)
    }

    @Test("there are at least forty wrong files and ten right ones, none without its expectation")
    func counts() {
        let (wrong, right) = (ConfigurationFixture.all("wrong"), ConfigurationFixture.all("right"))
        #expect(wrong.count >= 40)
        #expect(right.count >= 10)
        #expect((wrong + right).filter { $0.expected.hasPrefix("there is no") }.map(\.name) == [])
    }

    @Test("every error has the form file:line:column: key: what is wrong; what is allowed")
    func form() throws {
        let form = try NSRegularExpression(pattern: #"^alertd\.yaml(:\d+:\d+)?: .+; .+$"#)
        for line in ConfigurationFixture.all("wrong").flatMap({ $0.expected.split(separator: "\n").map(String.init) }) {
            #expect(form.firstMatch(in: line, range: NSRange(line.startIndex..., in: line)) != nil, "\(line)")
        }
    }

    @Test("errors are sorted by line and come all at once")
    func order() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationFixture.sources.resolve(yaml: "zzz: 1\nstate: x\nlog: { level: 3 }\nzzz: 2\nyyy: 3\n")
        }
        let lines = error?.problems.map { problem -> Int in
            if case .file(_, let line, _) = problem.place { line ?? 0 } else { 0 }
        }
        #expect(lines == [1, 2, 3, 4, 5])
    }

    @Test("the sample file is right and uses defaults")
    func sample() throws {
        let configuration = try ConfigurationSources().resolve(
            fileAt: Fixtures.root.appending(path: "contrib/alertd.yaml").path)
        #expect(configuration.cameras.map(\.name.name) == ["gate"])
        #expect(configuration.queries.first?.active?.description == "22:00-06:00")
        #expect(configuration.cameras.first?.analyseFPS == 1)
    }

    @Test("a file that is missing, a directory, too large or not UTF-8 is an error that names it")
    func unreadable() throws {
        let sources = ConfigurationSources()
        let text = { (body: () throws -> Configuration) -> String in
            do { _ = try body() } catch { return "\(error)" }
            return ""
        }
        #expect(
            text { try sources.resolve(fileAt: "/nonexistent/a.yaml") }.hasPrefix("/nonexistent/a.yaml: cannot be read")
        )
        #expect(text { try sources.resolve(fileAt: "/tmp") }.hasPrefix("/tmp: cannot be read: it is a directory"))
        let large = Data(repeating: UInt8(ascii: "#"), count: (1 << 20) + 1)
        #expect(text { try sources.resolve(large) } == "alertd.yaml: larger than 1 MiB; at most 1048576 bytes")
        #expect(text { try sources.resolve(large.dropLast()) } == "")
        let latin = Data("state: /a\n# caf".utf8) + [0xE9, 0x0A]
        #expect(text { try sources.resolve(latin) } == "alertd.yaml:2:1: not UTF-8; UTF-8 text")
    }
}
