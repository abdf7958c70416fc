import Base
import Glibc

/// Writes segments of a camera with a privacy mask: groups of pictures are decoded, painted over and encoded anew, on a
/// thread of its own. What the mask covers is in no file.
public actor MaskedRecorder {
    /// The longest side of a picture in a clip.
    private static let longestSide = 1920
    /// Groups further apart are written into segments of their own.
    private static let longestGap = 1.0

    private let executor: ThreadExecutor
    private let mask: PrivacyMask
    private let folder: String
    private var count = 0

    /// Runs on a thread of its own, since codecs block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A recorder into `folder`, which exists; files are named `….part`.
    public init(mask: PrivacyMask, folder: String) {
        (self.mask, self.folder) = (mask, folder)
        executor = ThreadExecutor(name: "mask \(UInt32.random(in: 0...0xFFFF))")
    }

    /// Writes `groups`, in the order of their time, as segments: one, unless the stream changed or broke off in between.
    /// Throws `unwritable`, `libraryFailure` and what decoding throws; no file of the failed segment is left.
    public func write(_ groups: [CodedGroup]) throws(IngestError) -> [RecordedSegment] {
        var segments: [RecordedSegment] = []
        var rest = groups[...]
        while let first = rest.first {
            var run = [first]
            for next in rest.dropFirst() {
                guard let last = run.last, next.stream == first.stream,
                    abs(next.during.start.seconds(since: last.during.end)) <= Self.longestGap
                else { break }
                run.append(next)
            }
            rest = rest.dropFirst(run.count)
            if let segment = try writeRun(run) { segments.append(segment) }
        }
        return segments
    }

    private func writeRun(_ groups: [CodedGroup]) throws(IngestError) -> RecordedSegment? {
        guard let start = groups.first?.during.start, let end = groups.last?.during.end else { return nil }
        count += 1
        let path = "\(folder)/\(start.microseconds)-\(getpid())-m\(count).part"
        do throws(IngestError) {
            guard try encode(groups, to: path) else {
                unlink(path)
                return nil
            }
        } catch {
            unlink(path)
            throw error
        }
        return RecordedSegment(path: path, during: TimeSpan(start: start, end: end))
    }

    /// Returns false when there was no picture.
    private func encode(_ groups: [CodedGroup], to path: String) throws(IngestError) -> Bool {
        let location = RedactedURL(path)
        let source = try GroupSource(groups, at: location)
        let limit = PictureSize(width: Self.longestSide, height: Self.longestSide)
        var configuration = IngestConfiguration(
            analyseFPS: 1000, pictureLimit: limit, decoderThreads: 1, decoding: .full)
        configuration.tellsMotion = false
        let reader = try FrameReader(
            source, at: location, configuration: configuration, interrupt: Interrupt(), log: DamageLog())
        var output: (encoder: MovieEncoder, movie: MovieWriter)?
        while let frame = try reader.next() {
            let picture = mask.applied(to: frame.picture).cutToEvenSides
            let size = PictureSize(width: picture.width, height: picture.height)
            if let output, output.encoder.size != size { break }
            let made: (encoder: MovieEncoder, movie: MovieWriter)
            if let output {
                made = output
            } else {
                let encoder = try MovieEncoder(size, location: location)
                made = (encoder, try encoder.makeMovie(at: path))
                output = made
            }
            try made.encoder.write(picture, at: Double(frame.time.ticks) * source.tick, to: made.movie)
        }
        guard let output else { return false }
        try output.encoder.finish(output.movie)
        try output.movie.finish()
        return true
    }
}

extension Picture {
    /// The picture without its last column or row where their number is odd: 4:2:0 wants pairs.
    fileprivate var cutToEvenSides: Picture {
        let (width, height) = (max(2, self.width & ~1), max(2, self.height & ~1))
        if (width, height) == (self.width, self.height) || self.width < 2 || self.height < 2 { return self }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for row in 0..<height { pixels += self.pixels[row * self.width * 3..<(row * self.width + width) * 3] }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
