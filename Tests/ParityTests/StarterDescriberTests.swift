import Foundation
import NN
import TestSupport
import Testing
import VLM

/// The bundled describer: a published SmolVLM2 folder like any other.
@Suite("the bundled describer", .tags(.parity), .timeLimit(.minutes(5)))
struct StarterDescriberTests {
    private static let folder = Fixtures.root.appending(path: "share/models/starter-describer").path
    private static let isThere = FileManager.default.fileExists(atPath: folder + "/config.json")

    /// Answers of the form that it writes, about nothing it was shown.
    private static let stream = [
        #"{"title":"A person walks from left to right","description":"A person walks from left to right, on the street.","level":0,"people":1,"vehicles":0,"actions":["walk"],"confidence":0.7}"#,
        #"{"title":"Two cars drive away from the camera","description":"Two cars drive away from the camera, in the car park.","level":0,"people":0,"vehicles":2,"actions":["drive"],"confidence":0.9}"#,
        #"{"title":"A fire burns","description":"A fire burns in the yard at night.","level":3,"people":0,"vehicles":0,"actions":["fire"],"confidence":0.4}"#,
    ]

    @Test("in bytes it is as sure of what follows as in floats, within one per cent of perplexity")
    func perplexity() throws {
        guard Self.isThere else { try skipCase("starter-describer", because: "it is not bundled yet") }
        func perplexity(_ precision: Precision) throws -> Double {
            let dialogue = try Recipe.loadDialogue(folder: Self.folder, precision: precision)
            var (sum, count) = (0.0, 0)
            for text in Self.stream {
                let ids = try dialogue.tokenizer.ids(of: "<|im_start|>User: What?<end_of_utterance>\nAssistant:" + text)
                var cache = dialogue.decoder.emptyCache(limit: ids.count)
                let hidden = dialogue.decoder.advance(dialogue.decoder.embed(ids), cache: &cache)
                let logits = dialogue.decoder.logits(hidden).rowArrays
                for place in 1..<ids.count {
                    let row = logits[place - 1].map(Double.init)
                    let top = row.max() ?? 0
                    sum += top + log(row.reduce(0) { $0 + exp($1 - top) }) - row[ids[place]]
                    count += 1
                }
            }
            return exp(sum / Double(count))
        }
        let (floats, bytes) = (try perplexity(.fp32), try perplexity(.int8Groups))
        print("bundled describer: perplexity \(floats) in floats, \(bytes) in bytes")
        #expect(abs(bytes / floats - 1) < 0.01, "\(floats) in floats, \(bytes) in bytes")
    }
}
