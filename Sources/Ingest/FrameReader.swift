import Base
import CFFmpeg

/// The stations of one source in their order: demux, decode, place in time, sample, scale. Everything here blocks and
/// belongs to one thread.
final class FrameReader {
    /// What the container says about itself.
    var probe: MediaProbe { demuxer.probe }
    /// What was read so far.
    private(set) var statistics = IngestStatistics()
    /// Placement of the frames, with the current run's start.
    private(set) var clock: PresentationClock

    private let demuxer: Demuxer
    private let decoder: VideoDecoder
    private let scaler: PictureScaler
    private let log: DamageLog
    private let packet: UnsafeMutablePointer<AVPacket>
    private let workers: WorkerThreads
    private let interrupt: Interrupt
    private let location: RedactedURL
    private var sampler: FrameSampler
    private var isDraining = false
    private var damagedReadsInARow = 0

    /// After this many damaged readings without a packet between them the rest of the container counts as lost.
    private static let mostDamagedReads = 16
    /// Distinct frame sizes that the statistics keep.
    private static let mostSizes = 16

    /// Opens the container in `file` and a decoder for its video track.
    init(_ file: MediaFile, configuration: IngestConfiguration, interrupt: Interrupt) throws(IngestError) {
        let log = DamageLog()
        let demuxer = try Demuxer(file, interrupt: interrupt, log: log)
        (workers, decoder) = try WorkerThreads.started { () throws(IngestError) in
            try VideoDecoder(
                demuxer.stream, threads: configuration.decoderThreads, log: log, location: file.location)
        }
        guard let packet = av_packet_alloc() else {
            throw .libraryFailure(file.location, step: "allocate a packet", reason: "out of memory")
        }
        let tick = demuxer.stream.pointee.time_base
        clock = PresentationClock(tick: Double(tick.num) / Double(tick.den))
        sampler = FrameSampler(rate: configuration.analyseFPS)
        scaler = PictureScaler(limit: configuration.pictureLimit)
        location = file.location
        (self.demuxer, self.log, self.packet, self.interrupt) = (demuxer, log, packet, interrupt)
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// The next sampled frame; nil at the end or when someone asked to stop. Throws `unreadable`, `encrypted`, and
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
            case .frame: if let frame = acceptFrame() { return frame }
            case .needsPacket where !isDraining: try feed()
            case .needsPacket, .finished:
                if decoder.frames == 0, !interrupt.isRaised { throw nothingDecoded }
                return nil
            }
        }
        return nil
    }

    private var nothingDecoded: IngestError {
        .nothingDecoded(location, reason: log.last ?? "no packets of video in it")
    }

    private func feed() throws(IngestError) {
        switch try demuxer.read(into: packet) {
        case .packet:
            damagedReadsInARow = 0
            decoder.send(packet)
        case .damaged:
            if damagedReadsInARow == 0 { statistics.damagedReads += 1 }
            damagedReadsInARow += 1
            if damagedReadsInARow >= Self.mostDamagedReads { drain() }
        case .end: drain()
        }
    }

    private func drain() {
        isDraining = true
        decoder.send(nil)
    }

    private func acceptFrame() -> Frame? {
        noteSize()
        let stamp = clock.place(decoder.presentationTime, duration: decoder.duration)
        guard sampler.takes(run: stamp.run, seconds: Double(stamp.ticks) * clock.tick, tick: clock.tick) else {
            return nil
        }
        guard let picture = scaledPicture() else {
            statistics.unscalableFrames += 1
            return nil
        }
        statistics.framesAnalysed += 1
        let tick = demuxer.stream.pointee.time_base
        let time = MediaTime(ticks: stamp.ticks, tickNumerator: tick.num, tickDenominator: tick.den)
        return Frame(
            picture: picture, time: time, run: stamp.run, sequence: stamp.sequence, isIntact: decoder.isIntact)
    }

    private func scaledPicture() -> Picture? {
        let (cpu, wall) = (CPUClock.thisThread, CPUClock.wall)
        defer {
            statistics.scaleCPUSeconds += CPUClock.thisThread - cpu
            statistics.scaleWallSeconds += CPUClock.wall - wall
        }
        return scaler.picture(
            of: decoder.frame, pixelAspect: demuxer.pixelAspect(of: decoder.frame),
            orientation: demuxer.orientation(of: decoder.frame))
    }

    private func noteSize() {
        let size = PictureSize(width: Int(decoder.frame.pointee.width), height: Int(decoder.frame.pointee.height))
        guard statistics.decodedSizes.count < Self.mostSizes, !statistics.decodedSizes.contains(size) else { return }
        statistics.decodedSizes.append(size)
    }

    private func takeStock() {
        statistics.mediaSeconds = clock.mediaSeconds
        statistics.framesDecoded = decoder.frames
        statistics.runs = clock.runs
        statistics.rejectedPackets = decoder.rejectedPackets
        statistics.damagedFrames = decoder.damagedFrames
        statistics.errorLines = log.lines
        statistics.lastErrorLine = log.last
        statistics.derivedTimes = clock.derivedTimes
        statistics.heldTimes = clock.heldTimes
    }
}
