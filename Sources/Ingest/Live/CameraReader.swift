import Base

/// Runs one connection to a camera on a thread of its own.
actor CameraReader {
    nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let address: StreamAddress
    private let configuration: StreamConfiguration
    private let clock: HostClock
    private let interrupt: Interrupt
    private let progress: ReadingProgress
    private let recording: RecordingPlan?
    private var station: Station?

    /// What belongs to the thread once the stream plays.
    private struct Station {
        let connection: CameraConnection
        let reader: FrameReader
        var first: LiveFrame?
    }

    init(
        _ address: StreamAddress, configuration: StreamConfiguration, clock: HostClock, interrupt: Interrupt,
        progress: ReadingProgress, recording: RecordingPlan? = nil
    ) {
        self.recording = recording
        (self.address, self.configuration, self.clock) = (address, configuration, clock)
        (self.interrupt, self.progress) = (interrupt, progress)
        // The address makes the name the only one of its kind, so that decoder threads, which inherit it, are found.
        let number = UInt(bitPattern: ObjectIdentifier(interrupt)) >> 4
        executor = ThreadExecutor(name: "cam \(String(number, radix: 36))")
    }

    /// Connects and decodes the first frame, which starts run `firstRun`. Returns nil when someone asked to stop.
    func open(firstRun: Int) throws(IngestError) -> StreamProbe? {
        let log = DamageLog(redact: address.redacting)
        let connection = try CameraConnection(
            address, configuration: configuration, interrupt: interrupt, log: log, clock: clock)
        guard let connection else { return nil }
        var packets: any PacketSource = connection
        if let recording {
            packets = RecordedPackets(connection, recording, clock: clock, lastTime: { connection.placement?.time })
        }
        let reader = try FrameReader(
            packets, at: address.location, configuration: configuration.frames, firstRun: firstRun,
            interrupt: interrupt, log: log)
        var station = Station(connection: connection, reader: reader)
        guard let first = try next(station) else { return nil }
        station.first = first
        self.station = station
        let picture = first.frame.picture
        return StreamProbe(
            codec: Demuxer.codecName(connection.stream),
            size: reader.statistics.decodedSizes.first ?? PictureSize(width: picture.width, height: picture.height))
    }

    /// Reads frames into `queue` until the stream is lost, the oldest making room for the newest, and finishes the
    /// queue. Returns why the stream was lost; nil when someone asked to stop.
    func read(into queue: BoundedQueue<LiveFrame>) -> IngestError? {
        defer { station = nil }
        guard var station else { return nil }
        do throws(IngestError) {
            var frame = station.first
            station.first = nil
            while let next = frame, queue.offer(next) { frame = try self.next(station) }
            queue.finish()
            return nil
        } catch {
            queue.finish(throwing: error)
            return error
        }
    }

    private func next(_ station: Station) throws(IngestError) -> LiveFrame? {
        defer { progress.update(from: station.reader, lastTime: station.connection.placement?.time) }
        // The frame returned is the one last placed.
        guard let frame = try station.reader.next(), let place = station.connection.placement else { return nil }
        return LiveFrame(frame: frame, time: place.time, clock: place.source, clockError: place.error)
    }
}
