import Base
import CFFmpeg

/// The stations of one source in their order: demux, decode, place in time, sample, scale. Everything here blocks and
/// belongs to one thread.
final class FrameReader {
    /// What was read so far.
    private(set) var statistics = IngestStatistics()
    /// Placement of the frames, with the current run's start.
    private(set) var clock: PresentationClock

    private let source: any PacketSource
    private let decoder: VideoDecoder
    private let scaler: PictureScaler
    private let log: DamageLog
    private let packet: UnsafeMutablePointer<AVPacket>
    private let workers: WorkerThreads
    private let interrupt: Interrupt
    private let location: RedactedURL
    private let firstRun: Int
    private var sampler: FrameSampler
    private var lane: PacketLane
    private let tellsMotion: Bool
    private var motion = MotionGatherer()
    private var isDraining = false
    private var isAtEnd = false
    private var damagedReadsInARow = 0

    /// After this many damaged readings without a packet between them the rest of the container counts as lost.
    private static let mostDamagedReads = 16
    /// Distinct frame sizes that the statistics keep.
    private static let mostSizes = 16

    /// Opens a decoder for the video track of `source`, whose lines `log` gathers. Runs are counted from `firstRun`.
    init(
        _ source: any PacketSource, at location: RedactedURL, configuration: IngestConfiguration, firstRun: Int = 0,
        interrupt: Interrupt, log: DamageLog
    ) throws(IngestError) {
        (workers, decoder) = try WorkerThreads.started { () throws(IngestError) in
            try VideoDecoder(
                source, threads: configuration.decoderThreads, device: configuration.device,
                motion: configuration.tellsMotion, log: log, location: location)
        }
        guard let packet = av_packet_alloc() else {
            throw .libraryFailure(location, step: "allocate a packet", reason: "out of memory")
        }
        clock = PresentationClock(tick: source.tick)
        sampler = FrameSampler(rate: configuration.analyseFPS)
        lane = PacketLane(source.stream, tick: source.tick, configuration: configuration)
        scaler = PictureScaler(limit: configuration.pictureLimit)
        tellsMotion = configuration.tellsMotion
        (self.source, self.location, self.firstRun) = (source, location, firstRun)
        (self.log, self.packet, self.interrupt) = (log, packet, interrupt)
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// The next sampled frame; nil at the end or when someone asked to stop. Throws what the source throws, and
    /// `nothingDecoded` when the end comes without a single picture.
    func next() throws(IngestError) -> Frame? {
        let (cpu, wall) = (CPUClock.thisThread, CPUClock.wall)
        let (scaleCPU, scaleWall) = (statistics.scaleCPUSeconds, statistics.scaleWallSeconds)
        let workersBefore = workers.seconds
        defer {
            let scaled = statistics.scaleCPUSeconds - scaleCPU
            statistics.decodeCPUSeconds += CPUClock.thisThread - cpu - scaled + workers.seconds - workersBefore
            statistics.decodeWallSeconds += CPUClock.wall - wall - (statistics.scaleWallSeconds - scaleWall)
            takeStock()
        }
        while !interrupt.isRaised {
            switch decoder.receive() {
            case .frame: if let frame = try acceptFrame() { return frame }
            case .needsPacket where !isDraining:
                if try feed() { continue }
                if decoder.frames == 0, !interrupt.isRaised { throw nothingDecoded }
                return nil
            case .needsPacket, .finished:
                isDraining = false
                decoder.flush()
            }
        }
        return nil
    }

    private var nothingDecoded: IngestError {
        .nothingDecoded(location, reason: log.last ?? "no packets of video in it")
    }

    /// Carries out the next order, reading a packet when there is none. Returns false at the end.
    private func feed() throws(IngestError) -> Bool {
        switch lane.next() {
        case .send(let reference):
            decoder.tellsMotion = tellsMotion && lane.mode == .full
            decoder.send(reference.packet)
        case .drain:
            isDraining = true
            decoder.send(nil)
        case .flush: decoder.flush()
        case .settle: for moment in lane.settle() { try pass(moment) }
        case nil where isAtEnd: return false
        case nil: try read()
        }
        return true
    }

    private func read() throws(IngestError) {
        switch try source.read(into: packet) {
        case .packet:
            damagedReadsInARow = 0
            statistics.packets += 1
            guard lane.offer(packet, isDue: isDue) else {
                throw .libraryFailure(location, step: "keep a packet", reason: "out of memory")
            }
        case .damaged:
            if damagedReadsInARow == 0 { statistics.damagedReads += 1 }
            damagedReadsInARow += 1
            if damagedReadsInARow >= Self.mostDamagedReads { end() }
        case .end: end()
        }
    }

    private func end() {
        isAtEnd = true
        lane.end(isDue: isDue)
    }

    private func isDue(_ ticks: Int64) -> Bool {
        sampler.reaches(seconds: Double(ticks) * clock.tick, tick: clock.tick)
    }

    /// Places a frame that was not decoded, since it lies before the next slot.
    private func pass(_ moment: DecodeSchedule.Moment) throws(IngestError) {
        statistics.framesSkipped += 1
        try source.placed(clock.place(moment.time, duration: moment.duration))
    }

    private func acceptFrame() throws(IngestError) -> Frame? {
        guard case .after(let passed) = lane.emitted(decoder.presentationTime) else {
            statistics.repeatedFrames += 1
            return nil
        }
        for moment in passed { try pass(moment) }
        noteSize()
        let stamp = clock.place(decoder.presentationTime, duration: decoder.duration)
        try source.placed(stamp)
        if lane.mode == .full {
            motion.take(decoder.frame, run: stamp.run, seconds: Double(stamp.ticks) * clock.tick)
        } else {
            motion.forget()
        }
        guard sampler.takes(run: stamp.run, seconds: Double(stamp.ticks) * clock.tick, tick: clock.tick) else {
            return nil
        }
        guard decoder.fetch(), let picture = scaledPicture() else {
            statistics.unscalableFrames += 1
            return nil
        }
        statistics.framesAnalysed += 1
        let field = motion.field?.turned(source.orientation(of: decoder.frame))
        let tick = source.timeBase
        let time = MediaTime(ticks: stamp.ticks, tickNumerator: tick.num, tickDenominator: tick.den)
        return Frame(
            picture: picture, time: time, run: firstRun + stamp.run, sequence: stamp.sequence,
            isIntact: decoder.isIntact, motion: field)
    }

    private func scaledPicture() -> Picture? {
        let (cpu, wall) = (CPUClock.thisThread, CPUClock.wall)
        defer {
            statistics.scaleCPUSeconds += CPUClock.thisThread - cpu
            statistics.scaleWallSeconds += CPUClock.wall - wall
        }
        return scaler.picture(
            of: decoder.frame, pixelAspect: source.pixelAspect(of: decoder.frame),
            orientation: source.orientation(of: decoder.frame))
    }

    private func noteSize() {
        let size = PictureSize(width: Int(decoder.frame.pointee.width), height: Int(decoder.frame.pointee.height))
        guard statistics.decodedSizes.count < Self.mostSizes, !statistics.decodedSizes.contains(size) else { return }
        statistics.decodedSizes.append(size)
    }

    private func takeStock() {
        statistics.mediaSeconds = clock.mediaSeconds
        statistics.framesDecoded = decoder.frames - statistics.repeatedFrames
        statistics.decodeMode = lane.mode
        (statistics.device, statistics.deviceFailure) = (decoder.device, decoder.deviceFailure)
        statistics.groupSeconds = lane.schedule?.groupSeconds
        statistics.runs = clock.runs
        statistics.rejectedPackets = decoder.rejectedPackets
        statistics.damagedFrames = decoder.damagedFrames
        statistics.errorLines = log.lines
        statistics.lastErrorLine = log.last
        statistics.derivedTimes = clock.derivedTimes
        statistics.heldTimes = clock.heldTimes
    }
}
