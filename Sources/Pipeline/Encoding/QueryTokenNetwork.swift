internal import Base
internal import Foundation
internal import Grounding
internal import NN
internal import VLM

/// BLIP-2 on a thread of its own, for a recording that is grounded by the similarities that TFVTG was published with.
actor QueryTokenNetwork {
    private let executor: ThreadExecutor
    private let team: WorkerTeam
    private let model: BLIP2

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Throws `ModelError`.
    init(folder: URL, precision: Precision?) throws {
        BLAS.configure(threads: 1)
        let team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
        let chosen = try precision ?? Recipe.suitedPrecision(folder: folder.path)
        model = try team.lead { () throws(ModelError) in try BLIP2.load(folder: folder.path, precision: chosen) }
        self.team = team
        executor = ThreadExecutor(name: "network")
    }

    /// One vector for each of `sentences`. Throws `ModelError`.
    func encode(sentences: [String]) throws -> [TextEncoding] {
        try team.lead { () throws(ModelError) in
            var encoded: [TextEncoding] = []
            for sentence in sentences { encoded.append(try model.encode(text: sentence)) }
            return encoded
        }
    }

    /// How well `picture` fits each of `sentences`: the best cosine of its vectors.
    func similarities(of picture: Picture, to sentences: [TextEncoding]) -> [Float] {
        team.lead {
            QueryTokenSimilarity.curves(
                frames: model.encode(pictures: [picture]), sentences: Tensor(rows: sentences.map(\.values))
            ).map { $0[0] }
        }
    }
}
