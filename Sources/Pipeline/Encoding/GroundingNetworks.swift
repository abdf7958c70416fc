internal import Base
internal import Foundation
internal import Grounding
internal import NN
internal import VLM

/// CLIP, SlowFast where the network reads it, and UniVTG on a thread of their own, for a recording that is grounded by the
/// network.
actor GroundingNetworks {
    /// What the network reads of one clip.
    struct Features: Sendable {
        /// SlowFast's, where the network reads them.
        let motion: [Float]?
        /// CLIP's.
        let picture: [Float]
    }

    private let executor: ThreadExecutor
    private let team: WorkerTeam
    private let encoder: CLIP
    private let motion: SlowFast?
    private let network: UniVTG
    /// Whether the encoder is shown what moved and not whole pictures.
    nonisolated let seesForeground: Bool

    /// Whether the network reads what moves in a clip.
    nonisolated var readsMotion: Bool { motion != nil }
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// SlowFast's weights are those at `motion`, else those beside the network; it computes in 32-bit floats, the others in `precision`.
    ///
    /// Throws `ModelError`, and `GroundingError` when the network works on other features than these give.
    init(encoderFolder: URL, network path: String, motion: String?, precision: Precision) throws {
        BLAS.configure(threads: 1)
        team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
        encoder = try CLIP.load(folder: encoderFolder.path, precision: precision)
        seesForeground = try GroundingConstants.load(folder: encoderFolder).view == .foreground
        do { network = try UniVTG(file: path, precision: precision) } catch { throw GroundingError.weights(error) }
        let (video, text) = (network.configuration.videoWidth - 2, network.configuration.textWidth)
        let weights = motion ?? (video > encoder.width ? Self.motionWeights(beside: path) : nil)
        self.motion = try weights.map { path throws(ModelError) in try SlowFast.load(path: path) }
        let width = encoder.width + (self.motion?.width ?? 0)
        guard video == width, text == encoder.tokenWidth else {
            let beside = self.motion.map { ", SlowFast \($0.width)" } ?? ""
            throw GroundingError.otherFeatures(
                model: path,
                problem:
                    "it takes \(video) video and \(text) text features, and the encoder \(encoderFolder.path) gives "
                    + "\(encoder.width) and \(encoder.tokenWidth)\(beside); "
                    + "name the encoder it was trained on with --encoder, and for one that reads motion SlowFast's "
                    + "weights with --slowfast")
        }
        executor = ThreadExecutor(name: "network")
    }

    /// The names under which SlowFast's weights are looked for beside a network: that of its publishers, and a plain one.
    private static let motionNames = ["SLOWFAST_8x8_R50.pyth", "slowfast.safetensors", "slowfast"]

    private static func motionWeights(beside network: String) -> String? {
        let folder = URL(filePath: network).deletingLastPathComponent()
        return motionNames.map { folder.appending(path: $0).path }.first(where: FileManager.default.fileExists)
    }

    /// Words of `sentence` as the network takes them [T, E]. Throws `ModelError`.
    func words(of sentence: String) throws -> [[Float]] {
        UniVTGInput.normalised(Tensor(rows: try encoder.encode(tokensOf: sentence))).rowArrays
    }

    /// The features of a clip that one picture stands for.
    func features(of picture: Picture) -> Features {
        team.lead { Features(motion: nil, picture: encoder.encode(pictures: [picture])[0]) }
    }

    /// The features of a clip.
    func features(of clip: MotionClips.Clip) -> Features {
        team.lead {
            Features(
                motion: motion?.encode(clip: SlowFast.places(rate: clip.rate).map { clip.frames[$0] }),
                picture: encoder.encode(pictures: [clip.middle])[0])
        }
    }

    /// `picture` as SlowFast takes it; itself where nothing reads motion.
    nonisolated func sized(_ picture: Picture) -> Picture { motion?.sized(picture) ?? picture }

    /// What the network says about clips [L] and words [T][E].
    func output(clips: [Features], words: [[Float]]) -> UniVTGOutput {
        let motion = clips.compactMap(\.motion)
        let kinds = (motion.isEmpty ? [] : [Tensor(rows: motion)]) + [Tensor(rows: clips.map(\.picture))]
        let input = UniVTGInput(clips: UniVTGInput.clips(kinds), words: Tensor(rows: words))
        return team.lead { network([input])[0] }
    }
}
