import Foundation
import Hub
import Testing

@Suite("What a hub says")
struct HubListingTests {
    private let sha256 = String(repeating: "ab", count: 32)
    private let blob = String(repeating: "0c", count: 20)

    private func list(_ json: String) throws -> [HubFile] {
        try HubListing.files(Array(json.utf8), of: "acme/tiny")
    }

    private func entry(_ path: String, size: Int = 3, oid: String? = nil, lfs: String = "") -> String {
        #"{"type": "file", "oid": "\#(oid ?? blob)", "size": \#(size), "path": "\#(path)"\#(lfs)}"#
    }

    @Test("a list gives each file its size and the digest that holds for it, and leaves folders out")
    func files() throws {
        let lfs = #", "lfs": {"oid": "\#(sha256)", "size": 900, "pointerSize": 134}"#
        let found = try list(
            #"[{"type": "directory", "oid": "\#(blob)", "size": 0, "path": "onnx"}, "#
                + entry("config.json") + ", " + entry("model.safetensors", size: 134, lfs: lfs) + "]")
        #expect(found.map(\.path) == ["config.json", "model.safetensors"] && found.map(\.size) == [3, 900])
        #expect(found.map(\.digest) == [.gitBlob(blob), .sha256(sha256)])
    }

    @Test(
        "a path that leads elsewhere is refused",
        arguments: ["../etc/passwd", "/etc/passwd", "a/../../b", "a//b", "./a", #"a\\b"#, #"a\u0000b"#, #"a\nb"#, ""])
    func paths(path: String) {
        #expect(throws: HubError.self) { try list("[" + entry(path) + "]") }
    }

    @Test(
        "a list that is none is refused",
        arguments: ["", "{}", "[1]", "null", #"[{"type": "file"}]"#, "<html>", #"{"error": "Repository not found"}"#])
    func garbage(json: String) {
        #expect(throws: HubError.self) { try list(json) }
    }

    @Test("impossible sizes and digests are refused")
    func impossible() {
        #expect(throws: HubError.self) { try list("[" + entry("a", size: -1) + "]") }
        #expect(throws: HubError.self) { try list("[" + entry("a", oid: "xyz") + "]") }
        #expect(throws: HubError.self) {
            try list("[" + entry("a", lfs: #", "lfs": {"oid": "\#(blob)", "size": 1}"#) + "]")
        }
    }

    @Test("a description names commit and licence, which may be several or none")
    func descriptions() throws {
        func read(_ rest: String) throws -> HubListing.Description {
            try HubListing.description(Array(#"{"sha": "\#(blob)"\#(rest)}"#.utf8), of: "acme/tiny")
        }
        #expect(try read("").commit == blob && read("").licence == nil)
        #expect(try read(#", "cardData": {"license": "apache-2.0"}"#).licence == "apache-2.0")
        #expect(try read(#", "cardData": {"license": ["mit", "other"]}"#).licence == "mit, other")
        // What is printed on a terminal must not obey a hub.
        #expect(try read(#", "cardData": {"license": "m\u001b[2Jit"}"#).licence == "m2Jit")
        for wrong in [#"{"sha": "main"}"#, "{}", "[]", ""] {
            #expect(throws: HubError.self) { try HubListing.description(Array(wrong.utf8), of: "acme/tiny") }
        }
    }

    @Test("the next page is the one that the Link header calls so")
    func pages() {
        #expect(HubListing.nextPage(nil) == nil && HubListing.nextPage("<a>; rel=\"prev\"") == nil)
        let link = "<https://hub/x?page=1>; rel=\"first\", <https://hub/x?page=3>; rel=\"next\""
        #expect(HubListing.nextPage(link) == "https://hub/x?page=3")
    }
}
