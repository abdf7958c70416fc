import Foundation
import TestSupport
import Testing
import VLM

@Suite("SentencePiece's own files")
struct SentencePieceTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int]
        }

        let cases: [Case]
    }

    /// `Tests/Fixtures/sentencepiece/*`, made by `Tests/Reference/spiece_golden.py`.
    static let kinds = ["bpe", "bpe-unknown", "unigram", "unigram-bytes"]

    private static func folder(_ kind: String) -> URL { Fixtures.folder.appending(path: "sentencepiece/\(kind)") }

    @Test("every text has the ids that the sentencepiece library gives it", arguments: kinds)
    func golden(kind: String) throws {
        let tokenizer = try TextTokenizer.load(folder: Self.folder(kind).path)
        let data = try Data(contentsOf: Self.folder(kind).appending(path: "golden.json"))
        let cases = try JSONDecoder().decode(Golden.self, from: data).cases
        #expect(cases.count > 60)
        for item in cases {
            #expect(try tokenizer.ids(of: item.text) == item.ids, "\(kind): \(item.text.debugDescription.prefix(200))")
        }
    }

    @Test("marks are put around a text as tokenizer_config.json says, under either name of the file")
    func marks() throws {
        let folder = try ScratchFolder()
        let source = Self.folder("bpe").appending(path: "spiece.model")
        try FileManager.default.copyItem(at: source, to: folder.file("tokenizer.model"))
        let plain = try TextTokenizer.load(folder: folder.path).sequence(of: "a person", length: 64)
        try folder.write(["add_bos_token": true, "add_eos_token": true], to: "tokenizer_config.json")
        let marked = try TextTokenizer.load(folder: folder.path).sequence(of: "a person", length: 64)
        #expect(marked == [1] + plain + [2])
        try folder.write(["tokenizer_class": "SiglipTokenizer"], to: "tokenizer_config.json")
        #expect(try TextTokenizer.load(folder: folder.path).sequence(of: "a person", length: 64) == plain + [2])
        try folder.write(["add_bos_token": true, "bos_token": "<nothing>"], to: "tokenizer_config.json")
        #expect(throws: ModelError.self) { try TextTokenizer.load(folder: folder.path) }
    }

    @Test("hostile texts take work that grows with their length, not with its square", arguments: kinds)
    func hostile(kind: String) throws {
        let tokenizer = try TextTokenizer.load(folder: Self.folder(kind).path)
        for unit in ["a", "ab", "é", "e\u{301}", " ", "<", "🔥", "日", "▁", "\0"] {
            let one = try tokenizer.work(on: String(repeating: unit, count: 1_000))
            let eight = try tokenizer.work(on: String(repeating: unit, count: 8_000))
            #expect(eight <= 16 * one + 10_000, "\(kind), \(unit.debugDescription): \(one) steps, then \(eight)")
        }
    }

    @Test("damaged files are refused with a typed error or give a tokenizer, never a crash", arguments: kinds)
    func damaged(kind: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder(kind).appending(path: "spiece.model")))
        let folder = try ScratchFolder()
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<60 {
            var changed = bytes
            if round % 3 == 0 { changed.removeLast(random(bytes.count)) }
            for _ in 0..<random(4) + 1 where !changed.isEmpty {
                changed[random(changed.count)] = UInt8(random(256))
            }
            try folder.write(changed, to: "spiece.model")
            do throws(ModelError) {
                let tokenizer = try TextTokenizer.load(folder: folder.path)
                #expect(try tokenizer.ids(of: "A man's 1234 é 🔥\n▁x").allSatisfy { $0 >= 0 })
            } catch { #expect(error.description.contains("spiece.model")) }
        }
    }

    @Test("an empty file, and pieces that need tokenizer.json, are refused by name")
    func refusals() throws {
        let folder = try ScratchFolder()
        // A message of one piece "a" of type 4, user-defined.
        let userDefined: [UInt8] = [0x0A, 0x05, 0x0A, 0x01, 0x61, 0x18, 0x04]
        let cases: [([UInt8], String)] = [([], "pieces"), (userDefined, "tokenizer.json")]
        for (bytes, words) in cases {
            try folder.write(bytes, to: "spiece.model")
            do throws(ModelError) {
                _ = try TextTokenizer.load(folder: folder.path)
                Issue.record("loaded \(bytes)")
            } catch { #expect(error.description.contains(words), "\(error)") }
        }
    }
}
