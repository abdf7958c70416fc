import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("constrained answers")
struct OutputGrammarTests {
    private static let document = """
        {"type":"object","required":["kind","count","tags","inner","sure","note"],"properties":{
        "kind":{"enum":["car","cart","\\"x\\""]},"count":{"type":"integer","minimum":0,"maximum":120},
        "tags":{"type":"array","items":{"type":"string","maxLength":3},"minItems":0,"maxItems":3},
        "inner":{"type":"object","required":["ok"],"properties":{"ok":{"type":"boolean"}}},
        "sure":{"type":"number","minimum":0,"maximum":1},
        "note":{"type":"string","minLength":2,"maxLength":8}}}
        """

    private func schema() throws -> OutputSchema { try OutputSchema(JSONValue(parsing: Array(Self.document.utf8))) }

    private func ends(_ grammar: OutputGrammar, _ text: some Sequence<UInt8>) -> Bool? {
        var state = grammar.start
        for byte in text {
            guard let next = grammar.advanced(state, by: byte) else { return nil }
            state = next
        }
        return grammar.isEnd(state)
    }

    @Test("answers of the schema are taken, whatever follows their beginnings")
    func taken() throws {
        let grammar = try OutputGrammar(try schema())
        for (kind, count, tags, sure, note) in [
            (#""car""#, "0", "[]", "0", #""ab""#), (#""cart""#, "120", #"["a","","日本語"]"#, "1", #""\"\\""#),
            (#""\"x\"""#, "12", #"["\n"]"#, "0.85", #""🔥🔥🔥🔥é é!""#), (#""car""#, "100", "[]", "0.8", #""xy""#),
        ] {
            let text =
                #"{"kind":\#(kind),"count":\#(count),"tags":\#(tags),"inner":{"ok":true},"sure":\#(sure),"note":\#(note)}"#
            #expect(ends(grammar, text.utf8) == true, "\(text)")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
            #expect(ends(grammar, text.utf8.dropLast()) == false)
        }
    }

    @Test(
        "anything else is not",
        arguments: [
            #"{"kind":"ca""#, #"{"kind":"bus""#, #"{"count""#, #"{"kind":"car","count":121"#,
            #"{"kind":"car","count":01"#,
            #"{"kind":"car","count":1,"tags":["abcd""#, #"{"kind":"car","count":1,"tags":["a","b","c",""#,
            #"{"kind":"car","count":1,"tags":[],"inner":{"ok":1"#, #"{ "kind""#, #"[]"#,
            #"{"kind":"car","count":1,"tags":[],"inner":{"ok":true},"sure":1.5"#,
            #"{"kind":"car","count":1,"tags":[],"inner":{"ok":true},"sure":0,"note":"a""#,
            "{\"kind\":\"car\",\"count\":1,\"tags\":[\"\u{7}",
        ])
    func refused(text: String) throws { #expect(ends(try OutputGrammar(try schema()), text.utf8) == nil) }

    @Test("bytes that are no UTF-8 never stand in a string")
    func utf8() throws {
        let grammar = try OutputGrammar(.object([.init("s", .string(lengths: 0...9))]))
        let start = Array(#"{"s":""#.utf8)
        for bad: [UInt8] in [
            [0x80], [0xC0], [0xC1], [0xC2, 0x22], [0xE0, 0x9F], [0xED, 0xA0], [0xF0, 0x8F], [0xF4, 0x90], [0xF5],
            [0x7F],
        ] { #expect(ends(grammar, start + bad) == nil, "\(bad)") }
        #expect(ends(grammar, start + [0xED, 0x9F, 0xBF, 0xF4, 0x8F, 0xBF, 0xBF] + Array(#""}"#.utf8)) == true)
    }

    @Test(
        "schemas whose answers might not end, or that are not understood, are refused",
        arguments: [
            #"{"type":"string"}"#, #"{"type":"object","properties":{"a":{"type":"null"}},"required":["a"]}"#,
            #"{"type":"object","properties":{"a":{"type":"boolean"}},"required":[]}"#,
            #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#,
            #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"boolean"}}},"required":["a"]}"#,
            #"{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}"#, "[]",
        ])
    func schemas(text: String) {
        #expect(throws: ModelError.self) {
            _ = try OutputGrammar(try OutputSchema(JSONValue(parsing: Array(text.utf8))))
        }
    }

    @Test("whatever the logits are, an answer fits the schema and ends within the tokens allowed")
    func randomLogits() throws {
        let folder = try ScratchFolder()
        try TinySmolVLM().write(to: folder)
        let (_, detokenizer) = try Detokenizer.load(folder: folder.path)
        let vocabulary = try TokenBytes(detokenizer, count: 262)
        let grammar = try OutputGrammar(EventDescription.schema)
        var random = SystemRandomNumberGenerator()
        var lengths: Set<Int> = []
        for round in 0..<60 {
            let limit = grammar.distance(grammar.start) + Int.random(in: 0...600, using: &random)
            var constraint = TokenConstraint(grammar, vocabulary)
            var settings = Sampler.Settings()
            settings.temperature = [0, 0.5, 3][round % 3]
            settings.seed = UInt64.random(in: 0 ... .max, using: &random)
            var sampler = Sampler(settings)
            var ids: [Int] = []
            while !constraint.isComplete {
                let mask = constraint.mask(left: limit - ids.count)
                // Random, with favourites; sometimes nothing but what is no number.
                var logits = (0..<262).map { _ in Float.random(in: -9...9, using: &random) }
                if round % 5 == 4 { logits = logits.map { _ in [.nan, .infinity, -.infinity].randomElement() ?? 0 } }
                let token = try #require(sampler.next(logits) { mask[$0] })
                constraint.accept(token)
                ids.append(token)
                try #require(ids.count <= limit)
            }
            lengths.insert(ids.count)
            let text = detokenizer.text(of: ids)
            let answer = try EventDescription(parsing: text)
            #expect((0...3).contains(answer.level) && !answer.title.isEmpty && answer.actions.count <= 4, "\(text)")
            var stream = DescriptionStream()
            var sentences = ""
            for id in ids { sentences += stream.append(detokenizer.text(of: [id])) }
            if text.utf8.allSatisfy({ $0 < 0x80 }) {
                let spoken = answer.description.map { $0 == "\n" || $0 == "\t" ? " " : $0 }
                #expect(sentences == String(spoken), "\(text)")
            }
        }
        #expect(lengths.count > 5)
    }

    @Test("a vocabulary that cannot spell every character is refused")
    func spelling() throws {
        let (_, detokenizer) = try {
            let folder = try ScratchFolder()
            var json: [String: Any] = ["decoder": ["type": "ByteLevel"]]
            json["pre_tokenizer"] = ["type": "ByteLevel"]
            json["model"] = ["type": "BPE", "vocab": ["a": 0], "merges": [String]()] as [String: Any]
            try folder.write(json, to: "tokenizer.json")
            return try Detokenizer.load(folder: folder.path)
        }()
        #expect(throws: ModelError.self) { _ = try TokenBytes(detokenizer, count: 1) }
    }
}
