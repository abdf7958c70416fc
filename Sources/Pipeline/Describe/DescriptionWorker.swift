internal import Base
public import CoreMetrics
internal import Foundation
public import Logging
public import Store
internal import VLM

/// Lets a video-LLM look at events, as many at a time as it can, whenever there is nothing better to do: a first text while
/// an event is open, another when it has closed. The queue is the table, so that nothing is lost with the process but the
/// pictures.
public final class DescriptionWorker: Sendable {
    /// How much may be written, and how much may wait.
    public struct Settings: Sendable {
        /// Tokens written an hour; 0 describes nothing.
        public var tokensPerHour: Int
        /// Events without any words that are kept waiting; the oldest beyond are given up.
        public var backlog = 100
        /// How long one answer may take.
        public var timeLimit = Duration.seconds(300)
        /// How often the table is looked at.
        public var interval = Duration.seconds(2)
        /// How long an event waits after an endpoint did not answer.
        public var pause = Duration.seconds(5)

        /// The defaults with this many tokens an hour.
        public init(tokensPerHour: Int) { self.tokensPerHour = tokensPerHour }
    }

    /// What was done so far.
    public struct Status: Sendable, Equatable {
        /// Answers stored.
        public var written = 0
        /// Events given up.
        public var dropped = 0
        /// Tokens read and written.
        public var tokensRead = 0, tokensWritten = 0
        /// Seconds that the last answer took.
        public var lastSeconds = 0.0
    }

    private let store: EventStore
    private let narrator: any VideoNarrator
    private let album: EventAlbum
    private let drafts: DescriptionDrafts
    private let settings: Settings
    private let logger: Logger
    private let answers: CoreMetrics.Timer
    private let tokensRead, tokensWritten: Counter
    private let state = Locked(Status())
    private let allowance: Locked<TokenAllowance>
    /// Events that are looked at.
    private let underWay = Locked(0)
    private let ending = BoundedQueue<Never>(countLimit: 1)

    /// A worker over the events in `store`, whose frames are in `album`. What is being written can be followed in `drafts`.
    public init(
        store: EventStore, narrator: any VideoNarrator, album: EventAlbum, settings: Settings,
        drafts: DescriptionDrafts = DescriptionDrafts(), metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        logger: Logger
    ) {
        answers = CoreMetrics.Timer(label: "alertd_describe_seconds", factory: metrics)
        let tokens = "alertd_describe_tokens_total"
        tokensRead = Counter(label: tokens, dimensions: [("direction", "read")], factory: metrics)
        tokensWritten = Counter(label: tokens, dimensions: [("direction", "written")], factory: metrics)
        (self.store, self.narrator, self.album) = (store, narrator, album)
        (self.settings, self.drafts, self.logger) = (settings, drafts, logger)
        allowance = Locked(TokenAllowance(perHour: settings.tokensPerHour, at: .now))
    }

    /// What was done so far.
    public var status: Status { state.withLock { $0 } }

    /// Ends ``run()`` at the next job of the engine; what is claimed is looked at again after a while, by whoever runs then.
    public func finish() { ending.finish() }

    /// Works until ``finish()``, or until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.work() }
            group.addTask { _ = try? await self.ending.next() }
            await group.next()
            group.cancelAll()
        }
    }

    private func work() async {
        if settings.tokensPerHour == 0 {
            _ = try? await ending.next()
            return
        }
        let wake = BoundedQueue<Void>(countLimit: 1)
        await withDiscardingTaskGroup { group in
            group.addTask {
                while !Task.isCancelled, wake.offer(()) {
                    do { try await ContinuousClock().sleep(for: self.settings.interval) } catch { return }
                }
            }
            var failure: StoreError?
            while !Task.isCancelled, (try? await wake.next()) != nil {
                do throws(StoreError) {
                    while let claim = try await nextClaim() {
                        underWay.withLock { $0 += 1 }
                        group.addTask {
                            let tokens = await self.carryOut(claim)
                            self.allowance.withLock { $0.spend(tokens) }
                            self.underWay.withLock { $0 -= 1 }
                            wake.offer(())
                        }
                    }
                    failure = nil
                } catch {
                    if error != failure { logger.debug("descriptions wait for the database: \(error)") }
                    failure = error
                }
            }
        }
    }

    /// The next event to look at; nil when none waits, or nothing may be written.
    private func nextClaim() async throws(StoreError) -> DescriptionClaim? {
        // Looked at also while nothing may be written, so that what is too old is dropped.
        let hasRoom = underWay.withLock { $0 } < narrator.width && narrator.isAvailable
        let mayWrite = hasRoom && allowance.withLock { $0.allows(at: .now) }
        let (claim, dropped) = try await store.claimDescription(
            for: mayWrite ? settings.timeLimit * 2 : .zero, backlog: settings.backlog)
        if dropped > 0 {
            state.withLock { $0.dropped += dropped }
            logger.warning("\(dropped) events stay without a model's words: more happens than it can look at")
        }
        return mayWrite ? claim : nil
    }

    private func carryOut(_ claim: DescriptionClaim) async -> Int {
        do throws(StoreError) {
            return try await describe(claim)
        } catch {
            // The claim ends by itself.
            logger.debug("event \(claim.event.id) is described later: \(error)")
            return 0
        }
    }

    /// Returns how many tokens were written.
    private func describe(_ claim: DescriptionClaim) async throws(StoreError) -> Int {
        let event = claim.event
        guard let camera = CameraID(event.camera) else {
            return try await drop(claim, .refused, "its camera has no usable name")
        }
        let shots = album.shots(camera: camera, source: event.sourceKey, during: event.during)
        guard let first = shots.first else { return try await drop(claim, .framesGone, nil) }
        let scores = try await store.listAnomalies(
            camera: camera, since: event.during.start, until: event.during.end, limit: 200)
        let start = min(first.time, event.during.start)
        let request = NarrationRequest(
            frames: chosen(shots, event, scores).map { ShownFrame($0.picture, seconds: $0.time.seconds(since: start)) },
            duration: max(event.during.end.seconds(since: start), 1),
            question: DescriptionPrompt.question(
                about: event, explanation: Self.strangest(scores), zone: .current),
            form: .description, deadline: ContinuousClock.now + settings.timeLimit, group: event.camera)
        let began = ContinuousClock.now
        drafts.begin(event.id, on: event.camera)
        defer { drafts.end(event.id, on: event.camera) }
        let sentences = Locked(DescriptionStream())
        do {
            let narration = try await narrator.answer(request) { [drafts] text in
                let more = sentences.withLock { $0.append(text) }
                if !more.isEmpty { drafts.add(more, to: event.id, on: event.camera) }
            }
            let description = try EventDescription(parsing: narration.text)
            let written = WrittenDescription(
                sentences: description.description, answer: narration.text,
                frames: narration.shown.map { start.advanced(bySeconds: $0) }, model: narration.model ?? narrator.name,
                modelDigest: narrator.digest, promptVersion: DescriptionPrompt.version,
                tokensRead: narration.tokensRead, tokensWritten: narration.tokensWritten)
            let isStored = try await store.finishDescription(claim, with: written)
            answers.recordSeconds((ContinuousClock.now - began) / .seconds(1))
            tokensRead.increment(by: narration.tokensRead)
            tokensWritten.increment(by: narration.tokensWritten)
            state.withLock { status in
                status.written += isStored ? 1 : 0
                status.tokensRead += narration.tokensRead
                status.tokensWritten += narration.tokensWritten
                status.lastSeconds = (ContinuousClock.now - began) / .seconds(1)
            }
            if !event.isOpen { album.discard(camera: camera, source: event.sourceKey, before: event.during.end) }
            return narration.tokensWritten
        } catch let error as StoreError {
            throw error
        } catch is CancellationError {
            return 0
        } catch ModelError.deadlineExceeded {
            return try await drop(claim, .deadline, nil)
        } catch let error as RemoteFailure {
            return try await fail(claim, error)
        } catch {
            logger.warning("event \(event.id) is not described: \(error)")
            return try await drop(claim, .refused, "\(error)")
        }
    }

    private func fail(_ claim: DescriptionClaim, _ failure: RemoteFailure) async throws(StoreError) -> Int {
        switch failure {
        case .unavailable(let why, _):
            logger.warning("event \(claim.event.id) is described later: \(why)")
            try await store.releaseDescription(claim, for: settings.pause, because: why)
            return 0
        case .refused(let why):
            logger.warning("event \(claim.event.id) is not described: \(failure)")
            return try await drop(claim, .refused, why)
        case .malformed(let why):
            logger.warning("event \(claim.event.id) is not described: \(failure)")
            return try await drop(claim, .malformed, why)
        }
    }

    /// What the scorers say was unusual, where they say most.
    private static func strangest(_ scores: [AnomalyRecord]) -> String? {
        scores.filter { $0.explanation != nil }.max { $0.score < $1.score }?.explanation
    }

    private func drop(
        _ claim: DescriptionClaim, _ reason: DescriptionDrop, _ problem: String?
    ) async throws(StoreError) -> Int {
        try await store.dropDescription(claim, because: reason, problem)
        state.withLock { $0.dropped += 1 }
        return 0
    }

    /// A model that is shown few frames gets those of an anomaly where it is strangest, of other events those that are spread
    /// over it; a memory gets all.
    private func chosen(
        _ shots: [EventAlbum.Shot], _ event: EventRecord, _ scores: [AnomalyRecord]
    ) -> [EventAlbum.Shot] {
        if shots.count > 4 * narrator.frameLimit { return shots }
        let curve = event.kind == "anomaly" ? scores.map { ($0.at, $0.score) } : []
        return TellingFrames.positions(of: shots.map(\.time), scores: curve, count: narrator.frameLimit).map {
            shots[$0]
        }
    }
}

extension EventRecord {
    /// `query:NAME`, `anomaly:LANE` or `blind:REASON`.
    fileprivate var sourceKey: String { "\(kind):\(query ?? reason ?? "")" }
}
