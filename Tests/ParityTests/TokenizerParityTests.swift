import Foundation
import TestSupport
import Testing
import VLM

@Suite("tokenizer goldens", .tags(.parity))
struct TokenizerParityTests {
    /// A file like `clip_bpe_golden.json`.
    struct Golden: Decodable {
        struct Case: Decodable {
            let text: String
            let bpeIds: [Int]
            let context77Truncated: [Int]
        }

        let vocabulary: String
        let cases: [Case]
    }

    @Test("CLIP's tokenizer spells every golden text as the reference does", .timeLimit(.minutes(5)))
    func clip() throws {
        guard let folder = Fixtures.media?.appending(path: "text") else {
            print("parity: no shared texts (ALERTD_MEDIA), CLIP's published vocabulary not tested")
            return
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix("clip_bpe_golden") && $0.pathExtension == "json" }
        #expect(!files.isEmpty)
        for file in files {
            let golden = try decoder.decode(Golden.self, from: Data(contentsOf: file))
            let merges = try inflated(folder.appending(path: golden.vocabulary))
            let tokenizer = try BytePairTokenizer.clip(merges: merges, file: golden.vocabulary)
            for item in golden.cases {
                #expect(try tokenizer.ids(of: item.text) == item.bpeIds, "\(item.text.debugDescription.prefix(200))")
                let sequence = try tokenizer.sequence(of: item.text, length: 77)
                let padded = sequence + Array(repeating: 0, count: 77 - sequence.count)
                #expect(padded == item.context77Truncated, "\(item.text.debugDescription.prefix(200))")
            }
            print("parity: \(file.lastPathComponent): \(golden.cases.count) texts")
        }
    }

    /// A file like `qwen_bpe_golden.json`.
    struct QwenGolden: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int]
            let idsSpecialsAsText: [Int]?
        }

        let cases: [Case]
    }

    @Test("Qwen's tokenizer spells every golden text as tiktoken does", .timeLimit(.minutes(5)))
    func qwen() throws {
        guard let folder = Fixtures.media?.appending(path: "text") else {
            print("parity: no shared texts (ALERTD_MEDIA), Qwen's published vocabulary not tested")
            return
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix("qwen_bpe_golden") && $0.pathExtension == "json" }
        #expect(!files.isEmpty)
        let ranks = Array(try Data(contentsOf: folder.appending(path: "qwen.tiktoken")))
        let tokenizer = try TiktokenFile.qwen(ranks, file: "qwen.tiktoken")
        let plain = try TiktokenFile.qwen(ranks, file: "qwen.tiktoken", knowsMarks: false)
        for file in files {
            let golden = try decoder.decode(QwenGolden.self, from: Data(contentsOf: file))
            for item in golden.cases {
                let name = "\(item.text.debugDescription.prefix(200))"
                #expect(try tokenizer.ids(of: item.text) == item.ids, "\(name)")
                #expect(try plain.ids(of: item.text) == item.idsSpecialsAsText ?? item.ids, "\(name), as text")
            }
            print("parity: \(file.lastPathComponent): \(golden.cases.count) texts")
        }
    }

    private func inflated(_ file: URL) throws -> [UInt8] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(data)
    }
}
