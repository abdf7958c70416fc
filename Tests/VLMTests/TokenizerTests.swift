import Foundation
import TestSupport
import Testing
import VLM

@Suite("byte-pair tokenizer")
struct TokenizerTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int]
            let fastIds: [Int]
        }

        let cases: [Case]
    }

    private func tokenizer(_ files: [String]) throws -> BytePairTokenizer {
        let folder = try ScratchFolder()
        for file in files { try folder.copy(TinyCLIP.tokenizerFolder.appending(path: file)) }
        return try BytePairTokenizer.clip(folder: folder.path).tokenizer
    }

    private func cases() throws -> [Golden.Case] {
        let data = try Data(contentsOf: TinyCLIP.tokenizerFolder.appending(path: "golden.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Golden.self, from: data).cases
    }

    @Test("vocab.json and merges.txt: ids as openai/CLIP's tokenizer gives them")
    func vocabularyAndMerges() throws {
        let tokenizer = try tokenizer(["vocab.json", "merges.txt"])
        for item in try cases() {
            #expect(try tokenizer.ids(of: item.text) == item.ids, "\(item.text.debugDescription)")
        }
    }

    @Test("the merges alone give the same ids")
    func mergesAlone() throws {
        let merges = try Data(contentsOf: TinyCLIP.tokenizerFolder.appending(path: "merges.txt"))
        let tokenizer = try BytePairTokenizer.clip(merges: Array(merges), file: "merges.txt")
        for item in try cases() {
            #expect(try tokenizer.ids(of: item.text) == item.ids, "\(item.text.debugDescription)")
        }
    }

    @Test("tokenizer.json: ids as transformers' CLIPTokenizer gives them")
    func tokenizerJSON() throws {
        let tokenizer = try tokenizer(["tokenizer.json"])
        for item in try cases() {
            #expect(try tokenizer.ids(of: item.text) == item.fastIds, "\(item.text.debugDescription)")
        }
    }

    @Test("sequences have start and end and are cut to length with the end kept")
    func sequences() throws {
        let tokenizer = try tokenizer(["vocab.json", "merges.txt"])
        let whole = try tokenizer.sequence(of: "the cat", length: 77)
        #expect(whole.first == tokenizer.start.id && whole.last == tokenizer.end.id)
        let cut = try tokenizer.sequence(of: "the cat sat on the mat", length: 4)
        #expect(cut.count == 4 && cut.last == tokenizer.end.id)
    }

    @Test("words that are spelled letter by letter are named, once, in order")
    func unknownWords() throws {
        let tokenizer = try tokenizer(["vocab.json", "merges.txt"])
        #expect(try tokenizer.unknownWords(in: "The zyzzyva and the ZYZZYVA, 123 qqq") == ["zyzzyva", "qqq"])
        #expect(try tokenizer.unknownWords(in: "the and for you, 77!").isEmpty)
    }

    @Test("hostile texts take linear time", .timeLimit(.minutes(5)))
    func longTexts() throws {
        let tokenizer = try tokenizer(["vocab.json", "merges.txt"])
        let units = [
            "a", "ab", "Ã", "Ã©", "Â ", "&amp;", "&", "&#", "Σ", "e\u{301}", "\u{301}", "'", "<|", "🔥", "\u{1B}[1",
            "è¶",
        ]
        for unit in units {
            let text = String(repeating: unit, count: BytePairTokenizer.maximumLength / 8 / unit.utf8.count)
            _ = try tokenizer.ids(of: text)
        }
        #expect(throws: ModelError.self) {
            try tokenizer.ids(of: String(repeating: "a", count: BytePairTokenizer.maximumLength + 1))
        }
    }

    @Test(
        "malformed vocabularies are refused with file and place",
        arguments: [
            ("vocab.json", "{\"a\":\"b\"}"), ("vocab.json", "[1]"), ("vocab.json", "{\"a\":-1,\"b\":2}"),
            ("vocab.json", "{}"),
            ("vocab.json", "{\"a\":99999999999}"), ("vocab.json", "{"), ("vocab.json", "{\"a\":1,\"a\":2}"),
            ("merges.txt", ""), ("merges.txt", "#version"), ("merges.txt", "a"), ("merges.txt", "a b c"),
            ("merges.txt", "qqq zzz"), ("merges.txt", "\u{0}"),
        ])
    func malformed(file: String, text: String) throws {
        let folder = try ScratchFolder()
        for name in ["vocab.json", "merges.txt"] where name != file {
            try folder.copy(TinyCLIP.tokenizerFolder.appending(path: name))
        }
        try folder.write(Array(text.utf8), to: file)
        #expect(throws: ModelError.self) { try BytePairTokenizer.clip(folder: folder.path) }
    }

    @Test(
        "tokenizer.json files that ask for what is not done here are refused with the key",
        arguments: [
            ("model.type", #""type": "BPE""#, #""type": "Unigram""#),
            ("normalizer.normalizers.0", #""type": "NFC""#, #""type": "Nmt""#),
            ("normalizer.normalizers.1", #""Regex": "\\s+""#, #""Regex": "x""#),
            ("pre_tokenizer", #""behavior": "Removed""#, #""behavior": "Isolated""#),
            ("model.vocab.!", #""!": 0"#, #""!": "0""#), ("model.merges", #""merges""#, #""merge""#),
            ("added_tokens.0", #""content": "<|startoftext|>""#, #""content": 3"#),
        ])
    func unsupported(key: String, old: String, new: String) throws {
        let file = TinyCLIP.tokenizerFolder.appending(path: "tokenizer.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: json, options: options), as: UTF8.self)
            .replacing(" : ", with: ": ")
        #expect(text.contains(old), "the fixture no longer holds \(old)")
        let folder = try ScratchFolder()
        try folder.write(Array(text.replacing(old, with: new).utf8), to: "tokenizer.json")
        let error = #expect(throws: ModelError.self) { try BytePairTokenizer.clip(folder: folder.path) }
        guard case .badConfiguration(_, key, _) = error else {
            Issue.record("\(error.map(String.init(describing:)) ?? "accepted")")
            return
        }
    }
}
