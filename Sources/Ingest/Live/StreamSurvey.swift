public import Base

/// What a look of some seconds at a camera's stream found: what `camera probe` prints.
public struct StreamSurvey: Sendable, Equatable {
    /// Codec and size.
    public let probe: StreamProbe
    /// Frames a second; nil when fewer than two packets came.
    public let framesPerSecond: Double?
    /// Frames from one key frame to the next, on average; nil when there were not two.
    public let gopFrames: Double?
    /// The same in seconds.
    public let gopSeconds: Double?
    /// The clock that its frames' times come from.
    public let clock: ClockSource
    /// How far off the times are at most, in seconds; nil when nothing is known.
    public let clockError: Double?
    /// How the frames wanted are decoded, once the groups are known.
    public let decodeMode: DecodeMode
    /// What decodes them.
    public let device: DecodeDevice
    /// Why it is not the device that was asked for; nil when it is.
    public let deviceFailure: String?
    /// Share of one CPU core that reading, decoding and scaling took in that mode.
    public let cpuShare: Double
    /// Places of damage, as ``IngestStatistics/errors`` counts them.
    public let errors: Int

    /// Connects to `address` and looks for `time`, counted from the first picture. Returns nil when the task was
    /// cancelled. Throws the cases of ``IngestError`` about cameras and `invalidConfiguration`.
    public static func take(
        of address: StreamAddress, lasting time: Duration, configuration: StreamConfiguration = StreamConfiguration(),
        clock: HostClock = .system
    ) async throws(IngestError) -> StreamSurvey? {
        let problems = configuration.validate()
        guard problems.isEmpty else { throw .invalidConfiguration(problems: problems) }
        FFmpegLibraries.prepare()
        let interrupt = Interrupt()
        let surveyor = StreamSurveyor(address, configuration: configuration, clock: clock, interrupt: interrupt)
        let result = await withTaskCancellationHandler {
            do throws(IngestError) {
                return Result<StreamSurvey?, IngestError>.success(try await surveyor.survey(lasting: time))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            interrupt.raise()
        }
        return try result.get()
    }
}

/// Looks at one stream on a thread of its own.
actor StreamSurveyor {
    private let executor = ThreadExecutor(name: "survey")
    private let address: StreamAddress
    private let configuration: StreamConfiguration
    private let clock: HostClock
    private let interrupt: Interrupt

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        _ address: StreamAddress, configuration: StreamConfiguration, clock: HostClock, interrupt: Interrupt
    ) {
        (self.address, self.configuration, self.clock, self.interrupt) = (address, configuration, clock, interrupt)
    }

    /// Decodes for `time` from the first picture on. Returns nil when someone asked to stop.
    func survey(lasting time: Duration) throws(IngestError) -> StreamSurvey? {
        let log = DamageLog(redact: address.redacting)
        let connection = try CameraConnection(
            address, configuration: configuration, interrupt: interrupt, log: log, clock: clock)
        guard let connection else { return nil }
        let packets = CountedPackets(connection, clock: clock)
        let reader = try FrameReader(
            packets, at: address.location, configuration: configuration.frames, interrupt: interrupt, log: log)
        guard let first = try reader.next() else { return nil }
        let begin = clock.now().uptime
        let whole = CPUShare(from: begin, reader.statistics)
        var (share, mode) = (whole, reader.statistics.decodeMode)
        while clock.now().uptime - begin < time {
            guard try reader.next() != nil else { return nil }
            // What it cost to find the mode is not what it will cost.
            if reader.statistics.decodeMode != mode {
                (share, mode) = (CPUShare(from: clock.now().uptime, reader.statistics), reader.statistics.decodeMode)
            }
        }
        let end = clock.now().uptime
        // Of a mode that was found at the very end too little was seen.
        if share.seconds(until: end) < 1 { share = whole }
        let picture = PictureSize(width: first.picture.width, height: first.picture.height)
        let (statistics, gop) = (reader.statistics, packets.tally.gop)
        return StreamSurvey(
            probe: StreamProbe(
                codec: Demuxer.codecName(connection.stream), size: statistics.decodedSizes.first ?? picture),
            framesPerSecond: packets.tally.framesPerSecond, gopFrames: gop?.frames, gopSeconds: gop?.seconds,
            clock: connection.placement?.source ?? .unset, clockError: connection.placement?.error, decodeMode: mode,
            device: statistics.device, deviceFailure: statistics.deviceFailure,
            cpuShare: share.value(at: end, statistics), errors: statistics.errors)
    }
}

/// CPU seconds a second since a moment.
private struct CPUShare {
    private let start: Duration
    private let spent: Double

    init(from start: Duration, _ statistics: IngestStatistics) {
        (self.start, spent) = (start, statistics.decodeCPUSeconds + statistics.scaleCPUSeconds)
    }

    func seconds(until now: Duration) -> Double { (now - start).inSeconds }

    func value(at now: Duration, _ statistics: IngestStatistics) -> Double {
        let elapsed = seconds(until: now)
        return elapsed > 0 ? (statistics.decodeCPUSeconds + statistics.scaleCPUSeconds - spent) / elapsed : 0
    }
}
