public import Base
public import CoreMetrics
public import Foundation
public import Grounding
public import NN
public import Store
internal import VLM

/// The one place where networks run: a thread of its own, one job at a time. Of guests (descriptions) at most one job runs or
/// waits at a time, so that a camera's job waits for that one and for no other. Helper threads share the loops inside a
/// network, so that one job uses all cores.
///
/// Every method is one synchronous job (a batch of looks, a sentence), so nothing interleaves inside it.
public actor InferenceEngine {
    private let executor: ThreadExecutor
    private let team: WorkerTeam
    private let model: any PictureEncoder
    private var busySeconds = 0.0
    private nonisolated let guests = GuestDoor()
    private nonisolated let batches = Locked<CoreMetrics.Timer?>(nil)
    private nonisolated let job = Locked<ContinuousClock.Instant?>(nil)

    /// How the encoder's similarities become saliency.
    public nonisolated let constants: GroundingConstants
    /// Name of the encoder's folder.
    public nonisolated let name: String
    /// Hex digest of the encoder's weights and configuration.
    public nonisolated let encoderDigest: String
    /// What the encoder's linear layers compute with.
    public nonisolated let precision: Precision
    /// Width D of every encoding.
    public nonisolated let width: Int

    /// What stored encodings are filed under. Throws `StoreError` for a digest that is no hexadecimal number.
    public nonisolated func encoderIdentity() throws(StoreError) -> EncoderIdentity {
        let digits = Array(encoderDigest)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return try EncoderIdentity(digest: bytes, dimension: width)
    }

    /// Runs the jobs on the engine's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// An engine around the encoder in `folder` (any that `Recipe` knows, optionally with `grounding.json`); without a
    /// `precision`, in the one that suits its size.
    ///
    /// Throws `WeightsError`, `ModelError` or `GroundingError`, naming the file and what is wrong with it.
    public init(encoderFolder folder: URL, precision: Precision? = nil) throws {
        BLAS.configure(threads: 1)
        let team = WorkerTeam(threads: min(Self.mostThreads, ProcessInfo.processInfo.activeProcessorCount))
        constants = try GroundingConstants.load(folder: folder)
        let chosen = try precision ?? Recipe.suitedPrecision(folder: folder.path)
        let model = try team.lead { () throws(ModelError) in
            try Recipe.loadEncoder(folder: folder.path, precision: chosen)
        }
        self.team = team
        self.precision = chosen
        self.model = model
        name = folder.standardizedFileURL.lastPathComponent
        encoderDigest = model.digest
        width = model.width
        executor = ThreadExecutor(name: "engine")
    }

    /// A network of this size gains nothing from more.
    private static let mostThreads = 16

    /// Since when the job under way runs; nil between jobs. A job that takes much longer than a second hangs.
    public nonisolated var jobStart: ContinuousClock.Instant? { job.withLock { $0 } }

    /// Measures every batch of pictures into `metrics` from now on, as `alertd_encode_seconds`.
    public nonisolated func measure(into metrics: any MetricsFactory) {
        let timer = CoreMetrics.Timer(label: "alertd_encode_seconds", factory: metrics)
        batches.withLock { $0 = timer }
    }

    /// Seconds of CPU that the engine's own thread spent encoding pictures; its helpers spend about as much each.
    public var encodeSeconds: Double { busySeconds }

    /// Pictures → one L2-normalised vector [D] each.
    package func encode(_ pictures: [Picture]) -> [[Float]] {
        let (start, begin) = (ThreadClock.now(), ContinuousClock.now)
        job.withLock { $0 = begin }
        defer {
            busySeconds += ThreadClock.now() - start
            job.withLock { $0 = nil }
            let timer = batches.withLock { $0 }
            timer?.recordSeconds((ContinuousClock.now - begin) / .seconds(1))
        }
        return team.lead { model.encode(pictures: pictures) }
    }

    /// Runs one piece of a guest's work as a job, when no other guest's runs: it is to end within a tenth of a second, since
    /// live encoding waits for it.
    package nonisolated func perform<Result: Sendable, Failure: Error>(
        _ work: @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await guests.enter()
        defer { guests.leave() }
        return try await run(work)
    }

    private func run<Result: Sendable, Failure: Error>(
        _ work: @Sendable () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        job.withLock { $0 = .now }
        defer { job.withLock { $0 = nil } }
        return try team.lead(work)
    }

    /// One saliency per frame for one query.
    func saliency(of frames: [FrameEncoding], _ query: TextEncoding) -> [Saliency] {
        let scorer = SaliencyScorer(queries: [query], constants: constants)
        return frames.map { scorer.score($0)[0] }
    }

    /// A sentence → its L2-normalised vector [D]. Throws `ModelError` for text that cannot be encoded.
    public func encode(text: String) throws -> TextEncoding { try team.lead { try model.encode(text: text) } }

    /// The words of `text` that the encoder has no word of its own for, then those that `GroundingConstants/unknownWords`
    /// lists. Throws `ModelError` for text that cannot be encoded.
    public func unknownWords(in text: String) throws -> [String] {
        var found = try model.unknownWords(in: text)
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter }).map(String.init)
        where constants.unknownWords.contains(word) && !found.contains(word) {
            found.append(word)
        }
        return found
    }
}
