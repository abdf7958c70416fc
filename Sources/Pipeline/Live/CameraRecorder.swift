internal import Base
internal import Ingest
internal import Logging
internal import Store

/// Keeps one camera's footage while it is watched: segments are made safe, then their rows are handed to the store; of a
/// camera with a privacy mask only the clips of events, encoded anew with the mask. Thumbnails too.
final class CameraRecorder: Sendable {
    private enum Item: Sendable {
        case news(RecordingPlan.News)
        case thumbnail(Picture, WallTime)
    }

    /// Masked groups wait for this many seconds of footage, so that files do not become many.
    private static let chunkSeconds = 10.0
    private static let turn = Duration.seconds(1)
    /// A file that could not be written is reported once in this many seconds.
    private static let reportInterval = 600.0

    private let camera: LiveCamera
    private let recording: LiveRecording
    private let services: LiveServices
    private let clock: HostClock
    private let items: BoundedQueue<Item>
    private let ending = BoundedQueue<Never>(countLimit: 1)
    private let ring: PacketRing?
    private let demand: Locked<ClipDemand>
    private let reported = Locked<WallTime?>(nil)
    /// The recorded stream, when it is not the one that is analysed.
    private let source: LiveSource?
    /// What becomes of the analysed stream's packets; nil when another one is recorded.
    let plan: RecordingPlan?

    /// Nil when nothing is to be recorded. The camera's folder must exist.
    init?(_ camera: LiveCamera, _ services: LiveServices, clock: HostClock) {
        guard let recording = camera.recording else { return nil }
        (self.camera, self.recording, self.services, self.clock) = (camera, recording, services, clock)
        let ring = camera.mask.isEmpty ? nil : PacketRing(seconds: recording.before + Self.latency)
        let items = BoundedQueue<Item>(countLimit: 64)
        self.items = items
        let plan = RecordingPlan(
            keeping: ring.map { RecordingPlan.Keeping.memory($0) }
                ?? .segments(folder: services.footage.folder(of: camera.name)),
            report: { items.offer(.news($0)) })
        self.ring = ring
        demand = Locked(ClipDemand(before: recording.before, after: recording.after))
        if let address = recording.address {
            self.plan = nil
            source = LiveSource(
                address, configuration: CameraRecorder.sparing(camera.stream), clock: clock, recording: plan)
        } else {
            self.plan = plan
            source = nil
        }
    }

    /// Seconds that an event may take to be told, and its footage to be encoded.
    private static let latency = 60.0

    /// Pictures of a stream that is only recorded are decoded to know that it shows some, and when.
    private static func sparing(_ stream: StreamConfiguration) -> StreamConfiguration {
        var stream = stream
        stream.frames.analyseFPS = 0.1
        stream.frames.queuedFrames = 1
        stream.frames.pictureLimit = PictureSize(width: 64, height: 64)
        return stream
    }

    /// Events were told.
    func note(_ tellings: [EventTelling]) {
        guard ring != nil else { return }
        demand.withLock { demand in
            // While there is no stream there is no footage.
            for telling in tellings where telling.event.source != .blind(reason: .noStream) {
                demand.note(telling.event, key: "\(telling.event.source.key)/\(telling.firstEvidence.microseconds)")
            }
        }
    }

    /// An event was told when `picture`, which is masked, was seen at `time`.
    func keepThumbnail(_ picture: Picture, _ time: WallTime) { items.offer(.thumbnail(picture, time)) }

    /// Nothing more will be recorded: ``run()`` keeps what there is and returns.
    func finish() {
        source?.stop()
        ending.finish()
    }

    /// Keeps footage until ``finish()``, or until the task is cancelled.
    func run() async {
        await recover()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.keepItems() }
            await withDiscardingTaskGroup { inner in
                inner.addTask { await self.drainSource() }
                inner.addTask { await self.serveEvents() }
            }
            // The last segment was reported before the source's end.
            items.finish()
        }
    }

    // MARK: - segments and thumbnails

    private func keepItems() async {
        while let item = try? await items.next() {
            switch item {
            case .news(.segment(let segment)): await keep(segment)
            case .news(.failed(let error)): report("\(error)")
            case .thumbnail(let picture, let time): await keep(picture, time)
            }
        }
    }

    private func keep(_ segment: RecordedSegment) async {
        do throws(StoreError) {
            let record = try await services.footage.keep(segment.path, of: camera.name, during: segment.during)
            services.writer.enqueue(.footage(record))
        } catch {
            report("\(error)")
        }
    }

    private func keep(_ picture: Picture, _ time: WallTime) async {
        do {
            let bytes = try JPEGEncoder.encode(picture, source: camera.address.location)
            let record = try await services.footage.keep(thumbnail: bytes, of: camera.name, at: time)
            services.writer.enqueue(.footage(record))
        } catch {
            report("\(error)")
        }
    }

    /// What a killed process left: fragments that can be read are kept, the rest goes.
    private func recover() async {
        for path in await services.footage.leftovers(of: camera.name) {
            if camera.mask.isEmpty, let segment = RecordedSegment.recovered(at: path) {
                await keep(segment)
            } else {
                await services.footage.discard(path)
            }
        }
    }

    private func report(_ text: String) {
        let now = clock.now().wall
        let isNew = reported.withLock { last in
            if let time = last, abs(now.seconds(since: time)) < Self.reportInterval { return false }
            last = now
            return true
        }
        if isNew { services.logger.error("camera \(camera.name): footage: \(text)") }
    }

    private func drainSource() async {
        guard let source else { return }
        var logged: ConnectionState?
        await source.withItems { items in
            for await case .state(let state) in items where !state.isRepetition(of: logged) {
                logged = state
                if state.outage != nil {
                    services.logger.warning("camera \(camera.name): recorded stream: \(state)")
                }
            }
        }
    }

    // MARK: - clips of a masked camera

    private func serveEvents() async {
        guard let ring else {
            _ = try? await ending.next()
            return
        }
        let recorder = MaskedRecorder(mask: camera.mask, folder: services.footage.folder(of: camera.name))
        var written: Set<Int> = []
        while !Task.isCancelled {
            let isLast = await waitForTurn()
            await serve(ring, recorder, &written, isLast: isLast)
            if isLast { return }
        }
    }

    /// Writes the wanted groups that are not written yet, once they are enough or an event is over.
    private func serve(_ ring: PacketRing, _ recorder: MaskedRecorder, _ written: inout Set<Int>, isLast: Bool) async {
        let now = clock.now().wall
        let (spans, newest) = (demand.withLock { $0.spans(at: now) }, ring.newest)
        let groups = ring.groups(in: spans).filter { !written.contains($0.number) }
        let seconds = groups.reduce(0.0) { $0 + $1.during.seconds }
        let isDue = isLast || seconds >= Self.chunkSeconds || demand.withLock { $0.isDue(newest: newest) }
        guard isDue else { return }
        demand.withLock { $0.settle(newest: newest, now: now) }
        if let oldest = ring.oldestNumber { written = written.filter { $0 >= oldest } }
        guard !groups.isEmpty else { return }
        written.formUnion(groups.map(\.number))
        do throws(IngestError) {
            for segment in try await recorder.write(groups) { items.offer(.news(.segment(segment))) }
        } catch {
            report("\(error)")
        }
    }

    /// Returns true when nothing more will come.
    private func waitForTurn() async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await ContinuousClock().sleep(for: Self.turn)
                return false
            }
            group.addTask {
                _ = try? await self.ending.next()
                return true
            }
            let first = await group.next() ?? true
            group.cancelAll()
            return first
        }
    }
}
