internal import Base
internal import Foundation
internal import Grounding
internal import NN
internal import VLM

/// CLIP and UniVTG on a thread of their own, for a recording that is grounded by the network.
actor GroundingNetworks {
    private let executor: ThreadExecutor
    private let team: WorkerTeam
    private let encoder: CLIP
    private let network: UniVTG

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Throws `ModelError`, and `GroundingError` when the network works on other features than the encoder gives.
    init(encoderFolder: URL, network path: String) throws {
        BLAS.configure(threads: 1)
        team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
        encoder = try CLIP.load(folder: encoderFolder.path)
        do { network = try UniVTG(file: path) } catch { throw GroundingError.weights(error) }
        let (video, text) = (network.configuration.videoWidth - 2, network.configuration.textWidth)
        guard video == encoder.width, text == encoder.tokenWidth else {
            throw GroundingError.otherFeatures(
                model: path,
                problem:
                    "it takes \(video) video and \(text) text features, and the encoder \(encoderFolder.path) gives "
                    + "\(encoder.width) and \(encoder.tokenWidth); name the encoder it was trained on with --encoder")
        }
        executor = ThreadExecutor(name: "network")
    }

    /// Words of `sentence` as the network takes them [T, E]. Throws `ModelError`.
    func words(of sentence: String) throws -> [[Float]] {
        UniVTGInput.normalised(Tensor(rows: try encoder.encode(tokensOf: sentence))).rowArrays
    }

    /// The features of one clip [V].
    func features(of picture: Picture) -> [Float] { team.lead { encoder.encode(pictures: [picture])[0] } }

    /// What the network says about clips [L][V] and words [T][E].
    func output(clips: [[Float]], words: [[Float]]) -> UniVTGOutput {
        let clips = UniVTGInput.clips([Tensor(rows: clips)])
        return team.lead { network([UniVTGInput(clips: clips, words: Tensor(rows: words))])[0] }
    }
}
