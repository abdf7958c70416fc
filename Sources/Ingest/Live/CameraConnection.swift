import Base
import CFFmpeg

/// One connection to a camera, by libavformat: RTSP with its RTP packets interleaved on one TCP connection (RFC 2326,
/// section 10.12) or beside it in datagrams, Motion JPEG or HLS over HTTP. Blocks, and belongs to one thread.
final class CameraConnection: PacketSource {
    let stream: UnsafeMutablePointer<AVStream>
    let context: UnsafeMutablePointer<AVFormatContext>
    let timeBase: AVRational
    let decoders = DecoderList.cameras

    /// Where the frame last placed lies in UTC.
    private(set) var placement: CameraClock.Placement?

    private let location: RedactedURL
    private let configuration: StreamConfiguration
    private let interrupt: Interrupt
    private let sink: LogSink
    private let clock: HostClock
    private let readTimeout: Duration
    /// What libavformat reads from when it is ours; outlives the context.
    private let input: HTTPInput?
    private let lacksTimes: Bool
    private var reports: ReportReader
    private var times: CameraClock
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
    /// HLS sends a segment at a time, of up to three times the usual pause.
    private static let playlistPatience = 3
    /// Packets without times get microseconds since boot.
    private static var arrivalTimeBase: AVRational { AVRational(num: 1, den: 1_000_000) }

    /// Connects to `address` until it plays. Returns nil when `interrupt` was raised.
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
        let opening = CameraOpening(address: address, configuration: configuration, interrupt: interrupt, sink: sink)
        guard let opened = try opening.open() else { return nil }
        do throws(IngestError) {
            stream = try opening.findVideo(in: opened.context)
        } catch {
            Self.close(opened.context)
            throw error
        }
        (context, input, lacksTimes) = (opened.context, opened.input, opened.lacksTimes)
        timeBase = opened.lacksTimes ? Self.arrivalTimeBase : stream.pointee.time_base
        let tick = Double(timeBase.num) / Double(timeBase.den)
        (times, reports) = (CameraClock(tick: tick), ReportReader(stream, tick: tick))
        let isPlaylist = opened.input != nil && !opened.lacksTimes
        readTimeout = configuration.readTimeout * (isPlaylist ? Self.playlistPatience : 1)
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
        if isExpired { throw .timedOut(location, step: .read, limit: readTimeout) }
        interrupt.allow(readTimeout)
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
            if lacksTimes { stamp(packet) }
            reports.note(packet)
            try expectPicture()
            return .packet
        }
        return .end
    }

    func placed(_ stamp: PresentationClock.Stamp) throws(IngestError) {
        (hasPicture, waitingSince) = (true, nil)
        do throws(CameraClock.Step) {
            placement = try times.place(
                run: stamp.run, seconds: Double(stamp.ticks) * tick, arrival: arrival, report: reports.offset)
        } catch {
            throw .clockStepped(location, seconds: error.seconds)
        }
    }

    /// The time of arrival as the packet's own.
    private func stamp(_ packet: UnsafeMutablePointer<AVPacket>) {
        let (seconds, attoseconds) = arrival.uptime.components
        packet.pointee.pts = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        packet.pointee.dts = packet.pointee.pts
        packet.pointee.duration = 0
    }

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
            throw .timedOut(location, step: .read, limit: readTimeout)
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
