import Base

/// Reads a recording on the calling thread and keeps nothing: what the fuzzers drive.
package enum RecordingScan {
    /// Reads at most `frames` frames of `path`, as much as fits in `time`. `format` is libavformat's name of the
    /// container; found by the content without it. Throws what ``FileSource`` throws.
    package static func read(
        _ path: String, as format: String? = nil, frames: Int, time: Duration
    ) throws(IngestError) -> IngestStatistics {
        FFmpegLibraries.prepare()
        let file = try MediaFile(path: path)
        let (interrupt, log) = (Interrupt(), DamageLog())
        let demuxer = try Demuxer(file, as: format, interrupt: interrupt, log: log)
        let configuration = IngestConfiguration(
            pictureLimit: PictureSize(width: 64, height: 64), decoderThreads: 1)
        let reader = try FrameReader(
            demuxer, at: file.location, configuration: configuration, interrupt: interrupt, log: log)
        let begin = HostTime.now.uptime
        for _ in 0..<frames {
            guard try reader.next() != nil, HostTime.now.uptime - begin < time else { break }
        }
        return reader.statistics
    }
}
