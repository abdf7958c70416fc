import Configuration
import Foundation
import Testing

/// Whatever the bytes, reading ends soon, in a configuration or in errors of bounded size.
@Suite("Hostile configuration files", .timeLimit(.minutes(10)))
struct HostileInputTests {
    private static let most = 1 << 20

    private static let hostile: [(name: String, yaml: String)] = [
        ("brackets", String(repeating: "[", count: most)),
        ("braces", String(repeating: "{", count: most)),
        ("braces with keys", String(repeating: "{a: ", count: most / 4)),
        ("dashes", String(repeating: "- ", count: most / 2)),
        ("question marks", String(repeating: "? ", count: most / 2)),
        ("closed brackets", String(repeating: "[", count: 900) + String(repeating: "]", count: 900)),
        ("block nesting", (0..<900).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        (
            "deep masks",
            "cameras: { a: { url: rtsp://a, masks: " + String(repeating: "[", count: 900)
                + String(repeating: "]", count: 900)
                + " } }"
        ),
        ("a huge text", "state: /" + String(repeating: "x", count: most - 10)),
        ("a huge key", String(repeating: "k", count: 900) + ": 1\n"),
        ("a huge quoted key", "\"" + String(repeating: "k", count: most - 10) + "\": 1\n"),
        ("many unknown keys", (0..<100_000).map { "k\($0): 1\n" }.joined()),
        ("many duplicate keys", String(repeating: "a: 1\n", count: 200_000)),
        ("duplicates of many keys", (0..<400).map { "k\($0 / 2): 1\n" }.joined()),
        ("many dollars", "state: /" + String(repeating: "$", count: most - 10)),
        ("many openings", "state: /" + String(repeating: "${", count: most / 2 - 10)),
        ("many aliases", "a: &a 1\nb: [" + String(repeating: "*a, ", count: 200_000) + "]"),
        ("many anchors", (0..<60_000).map { "k\($0): &k\($0) 1\n" }.joined()),
        ("an alias to itself", "cameras: &a { b: *a }"),
        ("bomb of keys", bomb(levels: 9, width: 9, key: true)),
        ("bomb of values", bomb(levels: 9, width: 9, key: false)),
        ("small bomb of keys", bomb(levels: 10, width: 3, key: true)),
        ("nothing but breaks", String(repeating: "\n", count: most)),
        ("nothing but carriage returns", String(repeating: "\r", count: most)),
        ("combining marks", "state: /" + String(repeating: "\u{301}", count: most / 2 - 10)),
        ("a huge number", "describe: { tokens_per_hour: 1" + String(repeating: "0", count: 100_000) + " }"),
        ("percent directives", String(repeating: "%YAML 1.1\n", count: 50_000)),
        ("many documents", String(repeating: "---\n", count: 200_000)),
        (
            "many cameras and queries",
            "cameras:\n" + (0..<10_000).map { "  c\($0): { url: rtsp://a }\n" }.joined() + "queries:\n"
                + (0..<10_000).map { "  q\($0): { text: a }\n" }.joined()
        ),
        (
            "many points",
            "cameras: { a: { url: rtsp://a, masks: [[" + String(repeating: "[0,0],", count: 150_000) + "]] } }"
        ),
        (
            "many cameras in a query",
            "cameras: { a: { url: rtsp://a } }\nqueries: { q: { text: x, cameras: ["
                + String(repeating: "a, ", count: 200_000) + "] } }"
        ),
    ]

    private static func bomb(levels: Int, width: Int, key: Bool) -> String {
        var text = "l0: &l0 [x, x, x]\n"
        for level in 1...levels {
            text +=
                "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: width).joined(separator: ", ")
                + "]\n"
        }
        return text + (key ? "? *l\(levels)\n: x\n" : "")
    }

    @Test("each ends within seconds, with errors of bounded size", arguments: hostile.map(\.name))
    func bounded(_ name: String) throws {
        let yaml = try #require(Self.hostile.first { $0.name == name }).yaml
        let clock = ContinuousClock()
        let begin = clock.now
        let text = errors(yaml)
        let seconds = clock.now - begin
        #expect(seconds < .seconds(20), "\(name) took \(seconds)")
        #expect(text.utf8.count < 1_000_000, "\(name): \(text.utf8.count) bytes of errors")
        if name != "nothing but breaks", name != "nothing but carriage returns" { #expect(!text.isEmpty) }
    }

    @Test("random bytes and damaged files end in a configuration or in errors", arguments: [1, 2, 3, 4])
    func random(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let right = ConfigurationFixture.all("right").map { Array($0.yaml) }
        let marks = Array("{}[]:,-?&*!|>'\"%@`#~\n\t $\\0aé".utf8)
        for round in 0..<300 {
            var bytes = right[round % right.count]
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let at = Int.random(in: 0...bytes.count, using: &generator)
                let byte = marks.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes.insert(byte, at: at)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: at)
                case 2 where at < bytes.count: bytes.remove(at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + 20))
                }
            }
            read(bytes)
            read(
                (0..<Int.random(in: 0...200, using: &generator)).map { _ in marks.randomElement(using: &generator) ?? 0
                })
        }
    }

    private func read(_ bytes: [UInt8]) {
        let configuration: Configuration
        do {
            configuration = try ConfigurationFixture.sources.resolve(Data(bytes))
        } catch {
            #expect(!error.problems.isEmpty)
            return
        }
        let printed = EffectiveConfiguration(configuration).yaml
        #expect(errors(printed) == "", "\(bytes)")
        let again = try? ConfigurationFixture.sources.resolve(yaml: printed)
        #expect(again.map { EffectiveConfiguration($0).yaml } == printed, "\(bytes)")
    }
}

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
