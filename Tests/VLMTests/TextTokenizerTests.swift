import Foundation
import TestSupport
import Testing
import VLM

@Suite("tokenizer.json of every kind")
struct TextTokenizerTests {
    /// `Tests/Fixtures/tokenizers/*`, made by `Tests/Reference/tokenizers_golden.py`.
    static let kinds =
        (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.folder.appending(path: "tokenizers").path))?
        .sorted()
        ?? []

    private struct Golden: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int]
        }

        let cases: [Case]
    }

    private static func folder(_ kind: String) -> URL { Fixtures.folder.appending(path: "tokenizers/\(kind)") }

    @Test("every text has the ids that the tokenizers library gives it", arguments: kinds)
    func golden(kind: String) throws {
        let tokenizer = try TextTokenizer.load(folder: Self.folder(kind).path)
        let data = try Data(contentsOf: Self.folder(kind).appending(path: "golden.json"))
        let cases = try JSONDecoder().decode(Golden.self, from: data).cases
        #expect(cases.count > 60)
        for item in cases {
            let found = try tokenizer.sequence(of: item.text, length: 1 << 20)
            #expect(found == item.ids, "\(kind): \(item.text.debugDescription.prefix(200))")
        }
    }

    @Test("there are fixtures of every model and pattern")
    func fixtures() { #expect(Self.kinds.count >= 13) }

    @Test("hostile texts take work that grows with their length, not with its square", arguments: kinds)
    func hostile(kind: String) throws {
        let tokenizer = try TextTokenizer.load(folder: Self.folder(kind).path)
        let units = [
            "a", "ab", "é", "e\u{301}", "\u{301}", "'", " ", "\n", "1", "<", "<s", "<mask", "🔥", "日", ".", "▁", "\0",
            "[CLS]",
        ]
        for unit in units {
            let (small, large) = (1_000, 8_000)
            let one = try tokenizer.work(on: String(repeating: unit, count: small))
            let eight = try tokenizer.work(on: String(repeating: unit, count: large))
            #expect(eight <= 16 * one + 10_000, "\(kind), \(unit.debugDescription): \(one) steps, then \(eight)")
        }
        #expect(throws: ModelError.self) {
            try tokenizer.ids(of: String(repeating: "a", count: TextTokenizer.maximumLength + 1))
        }
    }

    @Test("a sequence is cut between its marks")
    func cut() throws {
        let tokenizer = try TextTokenizer.load(folder: Self.folder("bert-uncased").path)
        let whole = try tokenizer.sequence(of: "the model and the frame", length: 256)
        let cut = try tokenizer.sequence(of: "the model and the frame", length: 5)
        #expect(cut.count == 5 && cut.first == whole.first && cut.last == whole.last)
        #expect(Array(cut.dropLast()) == Array(whole.prefix(4)))
    }

    @Test("changed files are refused with a typed error or give a tokenizer, never a crash", arguments: kinds)
    func damaged(kind: String) throws {
        let file = Self.folder(kind).appending(path: "tokenizer.json")
        let bytes = Array(try Data(contentsOf: file))
        var state = UInt64(kind.utf8.count)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let folder = try ScratchFolder()
        for _ in 0..<60 {
            var changed = bytes
            switch random(3) {
            case 0: changed.removeLast(random(changed.count))
            case 1: for _ in 0..<3 { changed[random(changed.count)] = UInt8(random(256)) }
            default: changed[random(changed.count)] = [UInt8]("0\"{}[],:-9e".utf8)[random(11)]
            }
            try folder.write(changed, to: "tokenizer.json")
            do throws(ModelError) {
                _ = try TextTokenizer.load(folder: folder.path).ids(of: "A man 12 é 🔥 <s>")
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test(
        "what is not done here is refused with its key",
        arguments: [
            ("gpt2", "model.type", #""type":"BPE""#, #""type":"WordLevel""#),
            (
                "gpt2", "pre_tokenizer",
                #""type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true"#,
                #""type":"Delimiter""#
            ),
            ("qwen2", "normalizer", #""type":"NFC""#, #""type":"Nmt""#),
            ("llama3", "pre_tokenizer.pretokenizers.0", #""behavior":"Isolated""#, #""behavior":"Removed""#),
            ("unigram", "model.unk_id", #""unk_id":0"#, #""unk_id":-1"#),
            ("bert-uncased", "post_processor", #""type":"BertProcessing""#, #""type":"Other""#),
        ])
    func unsupported(kind: String, key: String, old: String, new: String) throws {
        let text = try String(contentsOf: Self.folder(kind).appending(path: "tokenizer.json"), encoding: .utf8)
        #expect(text.contains(old), "the fixture no longer holds \(old)")
        let folder = try ScratchFolder()
        try folder.write(Array(text.replacing(old, with: new).utf8), to: "tokenizer.json")
        let error = #expect(throws: ModelError.self) { try TextTokenizer.load(folder: folder.path) }
        guard case .badConfiguration(_, key, _) = error else {
            Issue.record("\(error.map(String.init(describing:)) ?? "accepted")")
            return
        }
    }
}
