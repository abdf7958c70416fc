import CFFmpeg

/// What became of one reading of a ``PacketSource``.
enum PacketReading {
    /// The packet given holds the next one of the video track.
    case packet
    /// Nothing left, or someone asked to stop.
    case end
    /// The container is damaged here; the next reading may succeed.
    case damaged
}

/// Where a ``FrameReader`` gets packets of one video track: a recording's ``Demuxer`` or a camera's ``CameraConnection``.
protocol PacketSource: AnyObject {
    /// The whole container, for libavformat's functions that need it.
    var context: UnsafeMutablePointer<AVFormatContext> { get }
    /// The chosen video track; valid as long as this object lives.
    var stream: UnsafeMutablePointer<AVStream> { get }

    /// Reads the video track's next packet, in decoding order, into `packet`.
    func read(into packet: UnsafeMutablePointer<AVPacket>) throws(IngestError) -> PacketReading

    /// What the times of its packets count, in seconds.
    var timeBase: AVRational { get }

    /// The decoders that its packets may be given to.
    var decoders: DecoderList { get }

    /// Hears where each decoded frame was placed, in presentation order.
    func placed(_ stamp: PresentationClock.Stamp) throws(IngestError)
}

extension PacketSource {
    /// A recording's times need nothing but the container.
    func placed(_ stamp: PresentationClock.Stamp) throws(IngestError) {}

    /// Most containers state it.
    var timeBase: AVRational { stream.pointee.time_base }

    /// A person chose the recording.
    var decoders: DecoderList { .recordings }

    /// Seconds a tick of the video track.
    var tick: Double { Double(timeBase.num) / Double(timeBase.den) }

    /// A pixel's width over its height in `frame`, from container or stream; 1 when neither says.
    func pixelAspect(of frame: UnsafeMutablePointer<AVFrame>) -> Double {
        let aspect = av_guess_sample_aspect_ratio(context, stream, frame)
        return aspect.num > 0 && aspect.den > 0 ? Double(aspect.num) / Double(aspect.den) : 1
    }

    /// How `frame` must be turned: by its own display matrix, else by the track's.
    func orientation(of frame: UnsafeMutablePointer<AVFrame>) -> Orientation {
        let matrixBytes = 9 * MemoryLayout<Int32>.size
        if let data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX), data.pointee.size >= matrixBytes {
            return data.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(displayMatrix: $0) }
        }
        var size = 0
        guard let data = ff_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= matrixBytes else {
            return .upright
        }
        return Orientation(displayMatrix: data.assumingMemoryBound(to: Int32.self))
    }
}
