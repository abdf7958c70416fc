import Configuration
import Foundation
import TestSupport
import Testing
import Yams

@Suite("Reference and schema", .timeLimit(.minutes(5)))
struct ReferenceTests {
    private func file(_ path: String) -> String {
        (try? String(contentsOf: Fixtures.root.appending(path: path), encoding: .utf8)) ?? ""
    }

    @Test("docs/ref/config.md is what the table of keys gives")
    func reference() {
        #expect(file("docs/ref/config.md") == ConfigurationReference.markdown, "alertd check-config --print-reference")
    }

    @Test("share/alertd.schema.json is what the table of keys gives")
    func schema() {
        #expect(file("share/alertd.schema.json") == ConfigurationSchema.json, "alertd check-config --print-schema")
    }

    @Test("every key stands once in the table, below a section of the table, with a summary")
    func table() {
        let keys = ConfigurationKeys.all
        #expect(Set(keys.map(\.path)).count == keys.count)
        for key in keys {
            let holder = key.section.hasSuffix(".NAME") ? String(key.section.dropLast(5)) : key.section
            #expect(holder.isEmpty || ConfigurationKeys.key(holder) != nil, "\(key.path)")
            #expect(key.summary.hasSuffix("."), "\(key.path)")
        }
    }

    @Test("writing every default out changes nothing")
    func defaults() throws {
        let camera = "cameras: { a: { url: rtsp://h/a.mp4"
        let plain = try ConfigurationSources().resolve(yaml: camera + " } }")
        var yaml = camera
        for key in ConfigurationKeys.keys(of: "cameras.NAME") {
            if let fallback = key.fallback { yaml += ", \(key.name): \(fallback)" }
        }
        for section in ["retention", "clips"] {
            let keys = ConfigurationKeys.keys(of: "cameras.NAME.\(section)")
            yaml += ", \(section): {" + keys.map { "\($0.name): \($0.fallback ?? "")" }.joined(separator: ", ") + "}"
        }
        yaml += " } }\n"
        for key in ConfigurationKeys.keys(of: "") {
            if let fallback = key.fallback { yaml += "\(key.name): \(fallback)\n" }
            let keys = ConfigurationKeys.keys(of: key.path).filter { $0.fallback != nil }
            if key.kind == .section, !keys.isEmpty {
                yaml += "\(key.name):\n" + keys.map { "  \($0.name): \($0.fallback ?? "")\n" }.joined()
            }
        }
        let spelled = try ConfigurationSources().resolve(yaml: yaml)
        #expect(spelled == plain)
    }

    @Test("right files satisfy the schema", arguments: ConfigurationFixture.all("right"))
    func rightFiles(_ fixture: ConfigurationFixture) throws {
        #expect(try violations(of: fixture) == [])
    }

    @Test(
        "files with wrong structure violate the schema",
        arguments: [
            "unknown-top-key", "unknown-camera-key", "quoted-number", "text-for-number", "list-for-text",
            "number-too-large", "not-a-whole-number", "unknown-word", "missing-url", "missing-tls-key",
            "polygon-of-two", "point-outside", "point-of-three", "camera-name", "bad-window", "relative-state",
        ])
    func wrongFiles(_ name: String) throws {
        let fixture = try #require(ConfigurationFixture.all("wrong").first { $0.name == name })
        #expect(try violations(of: fixture) != [])
    }

    private func violations(of fixture: ConfigurationFixture) throws -> [String] {
        let text = String(decoding: fixture.yaml, as: UTF8.self)
        let parser = try Parser(yaml: text, encoding: .utf8)
        guard let root = try parser.singleRoot() else { return [] }
        let schema = try JSONSerialization.jsonObject(with: Data(ConfigurationSchema.json.utf8)) as? [String: Any]
        return SchemaWalk(fixture.name).violations(root, try #require(schema))
    }
}
