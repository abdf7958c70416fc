import CFFmpeg

extension Demuxer {
    /// A pixel's width over its height in `frame`, from container or stream; 1 when neither says.
    func pixelAspect(of frame: UnsafeMutablePointer<AVFrame>) -> Double {
        let aspect = av_guess_sample_aspect_ratio(context, stream, frame)
        return aspect.num > 0 && aspect.den > 0 ? Double(aspect.num) / Double(aspect.den) : 1
    }

    /// How `frame` must be turned: by its own display matrix, else by the track's.
    func orientation(of frame: UnsafeMutablePointer<AVFrame>) -> Orientation {
        if let data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX), data.pointee.size >= Self.matrixBytes
        {
            return data.pointee.data.withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(displayMatrix: $0) }
        }
        var size = 0
        guard let data = ff_stream_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= Self.matrixBytes else {
            return .upright
        }
        return Orientation(displayMatrix: data.assumingMemoryBound(to: Int32.self))
    }

    private static let matrixBytes = 9 * MemoryLayout<Int32>.size
}
