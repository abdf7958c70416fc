import Base
import CFFmpeg

/// One connection to a camera: RTSP and its RTP packets interleaved on one TCP connection (RFC 2326, section 10.12), by
/// libavformat. Blocks, and belongs to one thread.
final class RTSPConnection: PacketSource {
    let stream: UnsafeMutablePointer<AVStream>
    let context: UnsafeMutablePointer<AVFormatContext>

    /// The moment of the frame last placed.
    private(set) var lastTime: WallTime?

    private let location: RedactedURL
    private let configuration: StreamConfiguration
    private let interrupt: Interrupt
    private let sink: LogSink
    private let clock: HostClock
    private var arrivals = ArrivalClock()
    private var arrival: HostTime
    /// When the first packet came after the last picture.
    private var waitingSince: Duration?
    private var hasPicture = false
    private var isExpired = false
    private var damagedReadsInARow = 0

    /// After this many damaged readings without a packet between them the connection is given up.
    private static let mostDamagedReads = 16
    /// How long saying goodbye (TEARDOWN) may take.
    private static let closingTime = Duration.milliseconds(200)

    /// Connects to `address` up to RTSP's PLAY. Returns nil when `interrupt` was raised.
    init?(
        _ address: StreamAddress, configuration: StreamConfiguration, interrupt: Interrupt, log: DamageLog,
        clock: HostClock
    ) throws(IngestError) {
        (location, self.configuration, self.interrupt) = (address.location, configuration, interrupt)
        (self.clock, sink, arrival) = (clock, LogSink(log), clock.now())
        interrupt.allow(configuration.openTimeout)
        guard try HostNameLookup.succeeds(address.host, of: location, interrupt: interrupt) else {
            if interrupt.isRaised { return nil }
            throw .timedOut(location, step: .lookUp, limit: configuration.openTimeout)
        }
        let opening = RTSPOpening(address, configuration, interrupt, sink)
        guard let context = try opening.open() else { return nil }
        self.context = context
        do throws(IngestError) {
            stream = try opening.findVideo(in: context)
            if try opening.play(context) { return }
        } catch {
            Self.close(context)
            throw error
        }
        Self.close(context)
        return nil
    }

    deinit {
        // A raised interrupt also ends the TEARDOWN at once; the closed connection then ends the session.
        interrupt.allow(Self.closingTime)
        Self.close(context)
    }

    private static func close(_ context: UnsafeMutablePointer<AVFormatContext>) {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }

    /// Reads the next packet of video; ends only when someone asked to stop. Throws `timedOut`, `lost`, `streamEnded`,
    /// `corruptStream` and `nothingDecoded`.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(IngestError) -> PacketReading {
        if isExpired { throw .timedOut(location, step: .read, limit: configuration.readTimeout) }
        interrupt.allow(configuration.readTimeout)
        while !interrupt.isRaised {
            av_packet_unref(packet)
            let code = av_read_frame(context, packet)
            if interrupt.isRaised { break }
            if code < 0 {
                try judge(code)
                return .damaged
            }
            // At its first failure libavformat still gives the frame that its parser held back; the next reading fails.
            isExpired = interrupt.isExpired
            guard packet.pointee.stream_index == stream.pointee.index else { continue }
            damagedReadsInARow = 0
            arrival = clock.now()
            try expectPicture()
            return .packet
        }
        return .end
    }

    func placed(_ stamp: PresentationClock.Stamp) throws(IngestError) {
        (hasPicture, waitingSince) = (true, nil)
        let seconds = Double(stamp.ticks) * tick
        if let step = arrivals.note(run: stamp.run, seconds: seconds, arrival: arrival) {
            throw .clockStepped(location, seconds: step)
        }
        lastTime = arrivals.wallTime(ofSeconds: seconds)
    }

    /// The clock that ``lastTime`` comes from.
    var clockSource: ClockSource { lastTime.map { $0 < Self.earliest } ?? true ? .unset : .arrival }

    /// 1990-01-01: a machine whose clock says less was never told the time.
    private static let earliest = WallTime(microseconds: 631_152_000_000_000)

    private func expectPicture() throws(IngestError) {
        let since = waitingSince ?? arrival.uptime
        waitingSince = since
        guard arrival.uptime - since > configuration.pictureTimeout else { return }
        if hasPicture { throw .corruptStream(location, reason: sink.log.last ?? "packets without pictures") }
        throw .timedOut(location, step: .firstPicture, limit: configuration.pictureTimeout)
    }

    /// Throws what a failed reading means; returns when the next one may succeed.
    private func judge(_ code: Int32) throws(IngestError) {
        if interrupt.isExpired || code == ff_error(ETIMEDOUT) {
            throw .timedOut(location, step: .read, limit: configuration.readTimeout)
        }
        if code == ff_error_eof { throw .streamEnded(location) }
        let reason = FFmpegLibraries.text(of: code)
        guard code == ff_error_invalid_data else { throw .lost(location, reason: reason) }
        damagedReadsInARow += 1
        if damagedReadsInARow >= Self.mostDamagedReads {
            throw .corruptStream(location, reason: sink.log.last ?? reason)
        }
    }
}
