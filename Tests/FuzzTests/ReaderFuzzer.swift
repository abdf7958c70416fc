import Foundation
import Ingest
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

/// The readers of files that strangers publish, and of what cameras and recorders write.
enum FuzzedReader: String, CaseIterable {
    case safetensors, pickle, tokenizer, sentencepiece, configuration, answer, container, packets

    /// What a fuzzed recording may take: libavcodec fills large pictures slowly.
    private static let (mostFrames, longestRead) = (24, Duration.seconds(3))
    /// Raw streams, whose packets reach syntax, schedule and decoder with little in between; the first byte chooses.
    private static let rawFormats = ["h264", "hevc", "mjpeg", "m4v", "mpegvideo", "ivf", "mpegts", "h263"]

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
            case .configuration: "config.json"
            case .safetensors, .pickle, .answer, .container, .packets: "model"
            }
        let path = Self.folder + "/" + name
        let contents = self == .packets ? bytes.dropFirst() : bytes
        guard FileManager.default.createFile(atPath: path, contents: Data(contents)) else {
            fatalError("cannot write \(path)")
        }
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
        case .container: scan(path, as: nil)
        case .packets: scan(path, as: Self.rawFormats[Int(bytes.first ?? 0) % Self.rawFormats.count])
        case .tokenizer, .sentencepiece:
            do throws(ModelError) {
                let tokenizer = try TextTokenizer.load(folder: Self.folder)
                if let detokenizer = try? Detokenizer.load(folder: Self.folder).1 {
                    _ = detokenizer.text(of: detokenizer.ids.prefix(1000))
                }
                for text in ["", "A man's 1234 é e\u{301} 🔥\n <s>▁x", String(repeating: "ab ", count: 200)] {
                    let ids = try tokenizer.ids(of: text)
                    precondition(ids.allSatisfy { $0 >= 0 }, "a negative id")
                }
            } catch { check(error.description) }
        case .configuration:
            // The numbers of a configuration without weights: none of them may size anything.
            do throws(ModelError) { _ = try Recipe.loadDialogue(folder: Self.folder) } catch {
                check(error.description)
            }
            do throws(ModelError) { _ = try ModelInspection(folder: Self.folder) } catch { check(error.description) }
        case .answer:
            do throws(ModelError) { _ = try EventDescription(parsing: String(decoding: bytes, as: UTF8.self)) } catch {
                check(error.description)
            }
            guard let json = try? JSONValue(parsing: bytes) else { return }
            do throws(ModelError) {
                let grammar = try OutputGrammar(try OutputSchema(json))
                precondition(grammar.distance(grammar.start) > 0, "an answer of no bytes")
            } catch { check(error.description) }
        }
    }

    private func scan(_ path: String, as format: String?) {
        do throws(IngestError) {
            let statistics = try RecordingScan.read(
                path, as: format, frames: Self.mostFrames, time: Self.longestRead)
            precondition(statistics.framesAnalysed <= statistics.framesDecoded, "\(statistics)")
            precondition(statistics.mediaSeconds >= 0 && statistics.mediaSeconds.isFinite, "\(statistics)")
        } catch { check(error.description) }
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
