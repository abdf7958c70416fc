import NN
import Testing

@Suite("JSON")
struct JSONTests {
    @Test("values of every kind")
    func values() throws {
        let json = try JSONValue(
            parsing: #" {"a":[1,-2.5,1e3,true,false,null],"b":{"c":"x\né\u00e9\ud83d\udd25\/"},"":""} "#.utf8)
        #expect(json["a"] == .array([.integer(1), .number(-2.5), .number(1000), .bool(true), .bool(false), .null]))
        #expect(json["b"]?["c"]?.string == "x\né\u{e9}🔥/")
        #expect(json[""]?.string == "")
        #expect(json["none"] == nil)
        #expect(try JSONValue(parsing: "9223372036854775808".utf8) == .number(9_223_372_036_854_775_808))
    }

    @Test(
        "malformed documents are refused",
        arguments: [
            "", " ", "{", "}", "[", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "01", "-", "1.", ".5", "1e", "+1",
            "1e999",
            "tru", "nulL", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
            "\"\u{1}\"",
            "1 2", "{\"a\":1,\"a\":2}", "NaN", "Infinity", "'a'", "[1 2]", "\u{FEFF}1",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("bytes that are not UTF-8 are refused, wherever they stand")
    func notUTF8() {
        for bytes: [UInt8] in [[0xFF], [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("deep nesting is refused before it costs a stack")
    func deep() throws {
        let depth = JSONValue.maximumDepth
        _ = try JSONValue(parsing: (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000).utf8) }
    }

    @Test("no prefix of a document is a document, and no byte of it crashes when changed")
    func everyPrefix() {
        let text = Array(#"{"a":[1.5e-3,"\u00e9\\",{"b":null}],"c":true}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text.prefix(length)) }
            for change in UInt8.min...UInt8.max {
                var changed = text
                changed[length] = change
                _ = try? JSONValue(parsing: changed)
            }
        }
    }
}
