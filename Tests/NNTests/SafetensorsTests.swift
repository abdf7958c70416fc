import NN
import TestSupport
import Testing

@Suite("safetensors files")
struct SafetensorsTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    private static let twoTensors = safetensors(
        header: #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
            + #""b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}  "#,
        data: bytes(of: [1, 2, 3, 4]) + [5, 0, 0, 0, 0, 0, 0, 0])

    /// What opening a file with this header and data says.
    private func refusal(_ header: String, data: [UInt8] = [0, 0, 0, 0]) throws -> WeightsError? {
        let path = try folder.write(safetensors(header: header, data: data), to: "model.safetensors")
        do {
            _ = try SafetensorsFile(path: path)
            return nil
        } catch { return error }
    }

    @Test("floats and whole numbers are read as they were written")
    func reading() throws {
        let file = try SafetensorsFile(path: folder.write(Self.twoTensors, to: "x.safetensors"))
        #expect(try file.floats("a").rowArrays == [[1, 2], [3, 4]])
        #expect(try file.integers("b").values == [5])
        #expect(throws: WeightsError.self) { try file.floats("b") }
        #expect(throws: WeightsError.missingKey(file: file.path, key: "c")) { try file.floats("c") }
    }

    @Test("half floats and bfloats widen exactly, odd alignment included")
    func halves() throws {
        for (name, pattern) in [("F16", true), ("BF16", false)] {
            let values = (0...UInt16.max).filter { value in
                pattern ? Float16(bitPattern: value).isFinite : Float(bitPattern: UInt32(value) << 16).isFinite
            }
            let data: [UInt8] = [0x7F] + values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
            let header =
                #"{"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":""# + name
                + #"","shape":[\#(values.count)],"data_offsets":[1,\#(data.count)]}}"#
            let file = try SafetensorsFile(path: folder.write(safetensors(header: header, data: data), to: name))
            let expected = values.map {
                pattern ? Float(Float16(bitPattern: $0)) : Float(bitPattern: UInt32($0) << 16)
            }
            #expect(try file.floats("x").values == expected)
        }
    }

    @Test("a file cut anywhere is refused")
    func truncated() throws {
        for length in 0..<Self.twoTensors.count {
            let path = try folder.write(Self.twoTensors.prefix(length), to: "cut.safetensors")
            #expect(throws: WeightsError.self, "cut to \(length)") { try SafetensorsFile(path: path) }
        }
    }

    @Test("any header byte changed is refused or harmless, and what is read stays in bounds")
    func flippedBytes() throws {
        let dataStart = Self.twoTensors.count - 24
        for position in 0..<dataStart {
            for change: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                var bytes = Self.twoTensors
                bytes[position] ^= change
                let path = try folder.write(bytes, to: "flipped.safetensors")
                guard let file = try? SafetensorsFile(path: path) else { continue }
                for key in file.entries.keys {
                    _ = try? file.floats(key).values
                    _ = try? file.integers(key)
                }
            }
        }
    }

    @Test(
        "header lengths that lie are refused",
        arguments: [0, 1, 1 << 20, 100_000_001, UInt64(Int64.max), UInt64.max, UInt64.max - 7])
    func lyingLength(length: UInt64) throws {
        let bytes = withUnsafeBytes(of: length.littleEndian, Array.init) + Self.twoTensors.dropFirst(8)
        let path = try folder.write(bytes, to: "length.safetensors")
        #expect(throws: WeightsError.self) { try SafetensorsFile(path: path) }
    }

    @Test(
        "a bad entry is refused with its key",
        arguments: [
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#,
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[0.0,4.0]}}"#,
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775804,9223372036854775807]}}"#,
            #"{"k":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}"#,
            #"{"k":{"shape":[1],"data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","data_offsets":[0,4]}}"#,
            #"{"k":{"dtype":"F32","shape":[1]}}"#,
            #"{"k":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}"#,
            #"{"k":[]}"#,
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"k":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"k":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            #"{"k":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#,
        ])
    func badEntry(header: String) throws {
        guard case .malformedHeader(_, "k", _) = try refusal(header) else {
            Issue.record("\(try refusal(header).map(String.init(describing:)) ?? "accepted")")
            return
        }
    }

    @Test(
        "a bad header is refused",
        arguments: [
            "[]", "{", "  {}", "{}x", "{\"a\":}", "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":[]}", "{}",
            #"{"k":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
            #"{"k":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"k":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
            String(repeating: #"{"a":"#, count: 100_000),
        ])
    func badHeader(header: String) throws {
        let error = try refusal(header)
        guard case .malformedHeader = error else {
            Issue.record("\(error.map(String.init(describing:)) ?? "accepted")")
            return
        }
        if header.contains(#""k""#), header.contains("},") {
            #expect("\(error.debugDescription)".contains("duplicate"))
        }
    }

    @Test("empty tensors and single numbers are allowed")
    func emptyTensors() throws {
        let header =
            #"{"e":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"n":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#
        let file = try SafetensorsFile(path: folder.write(safetensors(header: header, data: bytes(of: [7])), to: "e"))
        #expect(try file.floats("e").shape == [0, 3])
        #expect(try file.floats("n").values == [7])
    }

    @Test("folders, devices and missing files are refused without waiting")
    func notAFile() throws {
        for path in [folder.path, "/dev/zero", folder.path + "/none"] {
            #expect(throws: WeightsError.self) { try SafetensorsFile(path: path) }
        }
    }
}
