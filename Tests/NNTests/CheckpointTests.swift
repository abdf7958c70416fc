import NN
import TestSupport
import Testing

@Suite("checkpoints")
struct CheckpointTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    /// A file of F32 tensors of one value or more each.
    private func file(_ tensors: [(key: String, values: [Float])]) -> [UInt8] {
        var (entries, data) = ([String](), [UInt8]())
        for (key, values) in tensors {
            let end = data.count + 4 * values.count
            entries.append(
                #""\#(key)":{"dtype":"F32","shape":[\#(values.count)],"data_offsets":[\#(data.count),\#(end)]}"#)
            data += bytes(of: values)
        }
        return safetensors(header: "{" + entries.joined(separator: ",") + "}", data: data)
    }

    @Test("weights under other keys are read by those of the file, which errors and leftovers name")
    func renamed() throws {
        let path = try folder.write(file([("old.w", [1, 2]), ("old.b", [3])]), to: "model.safetensors")
        let weights = try Checkpoint(folder: folder.path)
        let renamed = weights.renamed { $0.replacing("new.layer.", with: "old.") }
        let layer = renamed["new"]["layer"]
        #expect(layer.contains("w") && !layer.contains("v") && layer.shape(of: "w") == [2])
        #expect(try layer.tensor("w", shape: [2]).values == [1, 2])
        #expect(throws: WeightsError.missingKey(file: path, key: "old.v")) { try layer.tensor("v", shape: [1]) }
        #expect(throws: WeightsError.unusedKeys(file: path, keys: ["old.b"])) { try weights.finish() }
    }

    @Test("scopes spell the publisher's keys, shapes are checked, leftovers are named")
    func scopes() throws {
        let path = try folder.write(
            file([("v.blocks.0.w", [1, 2]), ("v.blocks.1.w", [3]), ("x.position_ids", [0])]), to: "model.safetensors")
        let weights = try Checkpoint(folder: folder.path)
        let blocks = weights["v"]["blocks"]
        #expect(try blocks[0].tensor("w", shape: [2]).values == [1, 2])
        #expect(blocks[1].contains("w"))
        #expect(!blocks[2].contains("w"))
        #expect(throws: WeightsError.missingKey(file: path, key: "v.blocks.2.w")) {
            try blocks[2].tensor("w", shape: [1])
        }
        #expect(throws: WeightsError.wrongShape(file: path, key: "v.blocks.1.w", expected: [1, 1], found: [1])) {
            try blocks[1].tensor("w", shape: [1, 1])
        }
        #expect(throws: WeightsError.unusedKeys(file: path, keys: ["v.blocks.1.w", "x.position_ids"])) {
            try weights.finish()
        }
        _ = try blocks[1].tensor("w", shape: [1])
        try weights.finish(ignoring: [".position_ids"])
    }

    @Test("a weight that is NaN or infinite is refused", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) throws {
        let path = try folder.write(file([("k", [0, 1, value])]), to: "model.safetensors")
        let weights = try Checkpoint(folder: folder.path)
        #expect(throws: WeightsError.notFinite(file: path, key: "k")) { try weights.tensor("k", shape: [3]) }
    }

    @Test("shards are found through the index")
    func shards() throws {
        _ = try folder.write(file([("a", [1])]), to: "model-1.safetensors")
        _ = try folder.write(file([("b", [2])]), to: "model-2.safetensors")
        let index = #"{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#
        _ = try folder.write(index.utf8, to: "model.safetensors.index.json")
        let weights = try Checkpoint(folder: folder.path)
        #expect(try weights.tensor("a", shape: [1]).values == [1])
        #expect(try weights.tensor("b", shape: [1]).values == [2])
        try weights.finish()
        #expect(weights.paths.count == 2)
        #expect(Set(weights.entries.keys) == ["a", "b"])
    }

    @Test(
        "an index that leaves the folder or contradicts its shards is refused",
        arguments: [
            #"{"weight_map":{"a":"../model-1.safetensors"}}"#, #"{"weight_map":{"a":"/etc/passwd"}}"#,
            #"{"weight_map":{"a":"sub/model-1.safetensors"}}"#, #"{"weight_map":{"a":".safetensors"}}"#,
            #"{"weight_map":{"a":"model-1.bin"}}"#, #"{"weight_map":{"a":7}}"#, #"{"weight_map":{}}"#, "{}", "[", "",
            #"{"weight_map":{"a":"none.safetensors"}}"#, #"{"weight_map":{"z":"model-1.safetensors"}}"#,
            #"{"weight_map":{"a":"model-1.safetensors","z":"model-1.safetensors"}}"#,
            #"{"weight_map":{"a":"model-1.safetensors","a":"model-1.safetensors"}}"#,
        ])
    func hostileIndex(text: String) throws {
        _ = try folder.write(file([("a", [1])]), to: "model-1.safetensors")
        _ = try folder.write(text.utf8, to: "model.safetensors.index.json")
        #expect(throws: WeightsError.self) { try Checkpoint(folder: folder.path) }
    }

    @Test("the only file of a folder is taken whatever its name; two without an index are refused")
    func onlyFile() throws {
        _ = try folder.write(file([("a", [1])]), to: "weights.safetensors")
        #expect(try Checkpoint(folder: folder.path).contains("a"))
        _ = try folder.write(file([("a", [1])]), to: "more.safetensors")
        #expect(throws: WeightsError.self) { try Checkpoint(folder: folder.path) }
        #expect(throws: WeightsError.self) { try Checkpoint(folder: folder.path + "/none") }
    }

    @Test("digests are SHA-256, and depend on names, order and contents")
    func digest() throws {
        for (text, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ] {
            var digest = FileDigest()
            for byte in text.utf8 { digest.feed([byte]) }
            #expect(digest.hexadecimal == expected)
        }
        var (million, pieces) = (FileDigest(), FileDigest())
        million.feed(Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(million.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        for length in [1, 62, 63, 64, 65, 127, 128, 999_490] {
            pieces.feed(Array(repeating: UInt8(ascii: "a"), count: length))
        }
        #expect(pieces.hexadecimal == million.hexadecimal)
        let path = try folder.write([1, 2, 3], to: "x")
        var (one, two) = (FileDigest(), FileDigest())
        try one.add(file: path, as: "x")
        try two.add(file: path, as: "y")
        #expect(one.hexadecimal != two.hexadecimal)
    }
}
