import Foundation
import NN
import VLM

/// libFuzzer's entry: feeds bytes to the reader that `ALERTD_FUZZER` names. A reader may refuse with its typed error or give
/// values, all of which are then read; anything else ends the process, which is what the fuzzer looks for.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let name = ProcessInfo.processInfo.environment["ALERTD_FUZZER"], let reader = FuzzedReader(rawValue: name)
    else { fatalError("ALERTD_FUZZER names none of \(FuzzedReader.allCases.map(\.rawValue))") }
    reader.read(Data(bytes: start, count: count))
    return 0
}

/// The readers of files that strangers publish.
enum FuzzedReader: String, CaseIterable {
    case safetensors, pickle, tokenizer, sentencepiece

    /// A folder of this process's own, in memory where there is one.
    private static let folder: String = {
        let root = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let folder = root + "/alertd-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }()

    func read(_ bytes: Data) {
        let name =
            switch self {
            case .tokenizer: "tokenizer.json"
            case .sentencepiece: "spiece.model"
            case .safetensors, .pickle: "model"
            }
        let path = Self.folder + "/" + name
        guard FileManager.default.createFile(atPath: path, contents: bytes) else { fatalError("cannot write \(path)") }
        switch self {
        case .safetensors:
            do throws(WeightsError) {
                let file = try SafetensorsFile(path: path)
                for key in file.entries.keys { touch(file, key) }
            } catch { check(error.description) }
        case .pickle:
            do throws(WeightsError) {
                let file = try TorchFile(path: path)
                for key in file.entries.keys {
                    do throws(WeightsError) { check(try file.floats(key)) } catch { check(error.description) }
                }
            } catch { check(error.description) }
        case .tokenizer, .sentencepiece:
            do throws(ModelError) {
                let tokenizer = try TextTokenizer.load(folder: Self.folder)
                for text in ["", "A man's 1234 é e\u{301} 🔥\n <s>▁x", String(repeating: "ab ", count: 200)] {
                    let ids = try tokenizer.ids(of: text)
                    precondition(ids.allSatisfy { $0 >= 0 }, "a negative id")
                }
            } catch { check(error.description) }
        }
    }

    private func touch(_ file: SafetensorsFile, _ key: String) {
        do throws(WeightsError) { check(try file.floats(key)) } catch { check(error.description) }
        do throws(WeightsError) { _ = try file.integers(key) } catch { check(error.description) }
    }

    /// Reads every value, so that a range outside the file is noticed.
    private func check(_ tensor: Tensor) {
        precondition(tensor.withValues { $0.count } == tensor.shape.reduce(1, *), "\(tensor.shape)")
        _ = tensor.isFinite
    }

    private func check(_ message: String) { precondition(!message.isEmpty, "an error without words") }
}
