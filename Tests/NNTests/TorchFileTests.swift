import Foundation
import NN
import TestSupport
import Testing

@Suite("torch checkpoints")
struct TorchFileTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    private func file(_ pickle: [UInt8], storages: [String: [UInt8]] = [:]) throws -> String {
        let members = [("a/data.pkl", pickle)] + storages.sorted { $0.key < $1.key }.map { ("a/data/" + $0, $1) }
        return try folder.write(zipped(members), to: "x.ckpt")
    }

    private func refusal(_ pickle: [UInt8], storages: [String: [UInt8]] = [:]) throws -> WeightsError? {
        let path = try file(pickle, storages: storages)
        do throws(WeightsError) {
            _ = try TorchFile(path: path)
            return nil
        } catch { return error }
    }

    private let values = bytes(of: [0, 1, 2, 3, 4, 5])

    @Test("tensors and settings are found under keys with dots; strides are followed")
    func nested() throws {
        let pickle = Pickle.program(
            Pickle.dictionary([
                (
                    "model",
                    Pickle.dictionary([
                        ("a.w", Pickle.tensor("0", count: 6, offset: 0, shape: [2, 3], strides: [3, 1])),
                        ("turned", Pickle.tensor("0", count: 6, offset: 0, shape: [3, 2], strides: [1, 3])),
                        ("part", Pickle.tensor("0", count: 6, offset: 4, shape: [2], strides: [1])),
                    ])
                ), ("epoch", Pickle.integer(7)), ("opt", Pickle.namespace([("name", Pickle.text("x"))])),
            ]))
        let path = try file(pickle, storages: ["0": values])
        let weights = try Checkpoint(file: path)
        #expect(try weights["model"]["a"].tensor("w", shape: [2, 3]).values == [0, 1, 2, 3, 4, 5])
        #expect(try weights["model"].tensor("turned", shape: [3, 2]).values == [0, 3, 1, 4, 2, 5])
        #expect(throws: WeightsError.unusedKeys(file: path, keys: ["model.part"])) { try weights["model"].finish() }
        #expect(try weights["model"].tensor("part", shape: [2]).values == [4, 5])
        try weights["model"].finish()
        #expect(weights.setting("epoch") == .integer(7))
        #expect(weights["opt"].setting("name") == .string("x"))
    }

    @Test(
        "a name outside the whitelist is refused and not looked up",
        arguments: [("os", "system"), ("builtins", "eval"), ("torch", "load"), ("posix", "system"), ("a\u{1}", "b")])
    func forbidden(module: String, name: String) throws {
        let call = Array("c\(module)\n\(name)\n".utf8) + Pickle.text("touch /tmp/x") + [0x85, 0x52]
        guard case .forbiddenPickle(_, let found) = try refusal(Pickle.program(call)) else {
            Issue.record("accepted")
            return
        }
        #expect(found == "\(module).\(name)")
    }

    @Test("views that leave their storage, or are larger than it, are refused with their key")
    func hostileViews() throws {
        let views: [(offset: Int, shape: [Int], strides: [Int])] = [
            (1, [6], [1]), (0, [7], [1]), (0, [1_000_000_000], [0]), (0, [2, 3], [4, 1]), (6, [1], [1]),
            (0, [65535, 65535, 65535, 65535, 65535], [65535, 65535, 65535, 65535, 65535]), (0, [2], [1, 1]),
        ]
        for view in views {
            let tensor = Pickle.tensor("0", count: 6, offset: view.offset, shape: view.shape, strides: view.strides)
            let error = try refusal(Pickle.program(Pickle.dictionary([("k", tensor)])), storages: ["0": values])
            guard case .malformedPickle = error else {
                Issue.record("\(view): \(String(describing: error))")
                continue
            }
        }
        let lie = Pickle.program(
            Pickle.dictionary([("k", Pickle.tensor("0", count: 7, offset: 0, shape: [7], strides: [1]))]))
        #expect(try refusal(lie, storages: ["0": values]) != nil)
        #expect(try refusal(lie) != nil)
        let empty = Pickle.program(
            Pickle.dictionary([("k", Pickle.tensor("0", count: 6, offset: 0, shape: [0, 3], strides: [3, 1]))]))
        #expect(try Checkpoint(file: file(empty, storages: ["0": values])).tensor("k", shape: [0, 3]).count == 0)
    }

    @Test("a file cut at any byte, or with any byte changed, gives values or a typed error")
    func damaged() throws {
        let pickle = Pickle.program(
            Pickle.dictionary([
                ("w", Pickle.tensor("0", count: 6, offset: 0, shape: [2, 3], strides: [3, 1])),
                ("n", Pickle.namespace([("k", Pickle.integer(3))])),
            ]))
        let whole = zipped([("a/data.pkl", pickle), ("a/byteorder", Array("little".utf8)), ("a/data/0", values)])
        for length in 0..<whole.count {
            let path = try folder.write(whole.prefix(length), to: "cut.ckpt")
            #expect(throws: WeightsError.self, "cut to \(length)") { try TorchFile(path: path) }
        }
        var random = RandomNumbers(seed: 5)
        var (accepted, refused) = (0, 0)
        for place in whole.indices {
            var changed = whole
            changed[place] ^= UInt8(truncatingIfNeeded: 1 + random.next() % 255)
            let path = try folder.write(changed, to: "changed.ckpt")
            do throws(WeightsError) {
                let file = try TorchFile(path: path)
                for key in file.entries.keys { _ = try file.floats(key) }
                accepted += 1
            } catch { refused += 1 }
        }
        #expect(refused > accepted / 4 && accepted > 0)
    }

    @Test("sharing that would unfold without end is stopped")
    func bombs() throws {
        // Dictionary n holds dictionary n − 1 eight times: 8¹⁵ paths.
        var program: [UInt8] = [0x7D, 0x71, 0]
        for level in 1..<16 {
            program += [0x7D, 0x28]
            for copy in 0..<8 { program += Pickle.integer(copy) + [0x68, UInt8(level - 1)] }
            program += [0x75, 0x71, UInt8(level)]
        }
        #expect(try refusal([0x80, 2] + program + [0x2E]) != nil)
        let itself: [UInt8] = [0x80, 2, 0x7D, 0x71, 0] + Pickle.integer(1) + [0x68, 0, 0x73, 0x2E]
        #expect(try refusal(itself) != nil)
        let deep = [UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999)
        #expect(try refusal([0x80, 2] + deep + [0x2E]) != nil)
    }

    @Test("compressed members, two pickles, big-endian and old files are refused")
    func archives() throws {
        let pickle = Pickle.program(Pickle.dictionary([]))
        for members in [
            [("a/data.pkl", pickle), ("b/data.pkl", pickle)], [("a/other", pickle)],
            [("a/data.pkl", pickle), ("a/byteorder", Array("big".utf8))],
            [("a/data.pkl", pickle), ("a/data.pkl", pickle)],
        ] {
            let path = try folder.write(zipped(members), to: "x.ckpt")
            #expect(throws: WeightsError.self) { try TorchFile(path: path) }
        }
        let compressed = try folder.write(zipped([("a/data.pkl", pickle)], method: 8), to: "x.ckpt")
        #expect(throws: WeightsError.self) { try TorchFile(path: compressed) }
        let old = try folder.write([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC], to: "x.ckpt")
        let error = #expect(throws: WeightsError.self) { try Checkpoint(file: old) }
        #expect(error?.description.contains("1.6") == true)
    }

    @Test("pytorch_model.bin and its shards are found in a folder; an index cannot leave it")
    func folders() throws {
        let one = Pickle.program(
            Pickle.dictionary([("a", Pickle.tensor("0", count: 6, offset: 0, shape: [6], strides: [1]))]))
        let shard = zipped([("a/data.pkl", one), ("a/data/0", values)])
        _ = try folder.write(shard, to: "p-1.bin")
        _ = try folder.write(#"{"weight_map":{"a":"p-1.bin"}}"#.utf8, to: "pytorch_model.bin.index.json")
        #expect(try Checkpoint(folder: folder.path).tensor("a", shape: [6]).count == 6)
        _ = try folder.write(#"{"weight_map":{"a":"../p-1.bin"}}"#.utf8, to: "pytorch_model.bin.index.json")
        #expect(throws: WeightsError.self) { try Checkpoint(folder: folder.path) }
        _ = try folder.write(shard, to: "pytorch_model.bin")
        #expect(try Checkpoint(folder: folder.path).contains("a"))
    }

    @Test("UniVTG's own checkpoint form is read, weights and options")
    func publishedLayout() throws {
        guard let path = Fixtures.vectors?.appending(path: "grounding/univtg_small_official_layout.ckpt").path else {
            print("torch checkpoints: no shared vectors (ALERTD_VECTORS), the published layout is not tested")
            return
        }
        let weights = try Checkpoint(file: path)["model"]
        let golden = try SafetensorsFile(
            path: path.replacing("univtg_small_official_layout.ckpt", with: "univtg_forward_small.safetensors"))
        var compared = 0
        for (key, entry) in golden.entries where key.hasPrefix("weight.") {
            let tensor = try weights.tensor(String(key.dropFirst("weight.".count)), shape: entry.shape)
            #expect(try tensor.values == golden.floats(key).values, "\(key)")
            compared += 1
        }
        #expect(compared > 10)
        try weights.finish()
        #expect(try Checkpoint(file: path)["opt"].setting("hidden_dim")?.integer == 32)
    }
}
