public import Base
import Glibc

/// Reads what ``EncodingStore`` keeps, on a thread of its own so that a long search never delays a camera's writing.
/// Files are mapped into memory: a day that was searched before costs no reading.
public actor EncodingReader {
    private let executor: ThreadExecutor
    let folder: EncodingFolder
    var cache = DayCache()

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Reads the encodings of `encoder` under a state directory.
    public init(stateDirectory: String, encoder: EncoderIdentity) {
        executor = ThreadExecutor(name: "encodings-read")
        folder = EncodingFolder(paths: ClusterPaths(stateDirectory: stateDirectory), encoder: encoder)
    }

    /// Gives the encodings of `camera` inside `span`, by time, in batches of up to `batchSize`, until `body` returns
    /// false or the task is cancelled. Damaged records are left out; a file whose header is damaged throws
    /// ``StoreError/encodingFile(path:step:why:)``. Vectors come in the precision of the files.
    public func forEachBatch(
        of camera: CameraID, during span: TimeSpan, batchSize: Int = 256,
        _ body: @Sendable ([FrameEncoding]) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let size = max(1, batchSize)
        var batch: [FrameEncoding] = []
        var goesOn = true
        try visit(camera, span) { encoding throws(StoreError) in
            batch.append(encoding)
            guard batch.count == size else { return true }
            goesOn = Task.isCancelled ? false : try body(batch)
            batch = []
            return goesOn
        }
        if goesOn, !batch.isEmpty, !Task.isCancelled { _ = try body(batch) }
    }

    /// The encodings of `camera` inside `span`, by time, the first `limit` of them.
    public func encodings(
        of camera: CameraID, during span: TimeSpan, limit: Int = .max
    ) throws(StoreError) -> [FrameEncoding] {
        guard limit > 0 else { return [] }
        var all: [FrameEncoding] = []
        try visit(camera, span) { encoding throws(StoreError) in
            all.append(encoding)
            return all.count < limit
        }
        return all
    }

    /// The sums of the minutes of `camera` that begin inside `span`, by time. A minute that is still being written has
    /// none yet.
    public func summaries(of camera: CameraID, during span: TimeSpan) throws(StoreError) -> [MinuteSummary] {
        var all: [MinuteSummary] = []
        for day in folder.days(camera, from: span.start.dayName, to: span.end.dayName) {
            guard let map = try open(camera, day) else { continue }
            let scanner = EncodingScanner(map.bytes, dimension: folder.encoder.dimension)
            let found = withExtendedLifetime(map) { scanner.scan(from: EncodingFormat.headerSize) { _ in false } }
            all += found.summaries.values.filter { $0.minute >= span.start && $0.minute < span.end }
        }
        return all.sorted { $0.minute < $1.minute }
    }

    private func visit(
        _ camera: CameraID, _ span: TimeSpan, _ body: (FrameEncoding) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let inside: (WallTime) -> Bool = { $0 >= span.start && $0 < span.end }
        for day in folder.days(camera, from: span.start.dayName, to: span.end.dayName) {
            guard let map = try open(camera, day) else { continue }
            defer { withExtendedLifetime(map) {} }
            let scanner = EncodingScanner(map.bytes, dimension: folder.encoder.dimension)
            let found = scanner.scan(from: EncodingFormat.headerSize, mustVerify: inside)
            var last: (base: Int, encoding: FrameEncoding)?
            var time: WallTime?
            for entry in found.entries.filter({ inside($0.time) }).sorted(by: { $0.time < $1.time }) {
                if entry.time == time { continue }
                // Still frames share the vectors of the one before.
                let shown = last?.base == entry.base ? last?.encoding : scanner.frame(at: entry.base)?.encoding
                guard let shown else { continue }
                last = (entry.base, shown)
                time = entry.time
                if try !body(FrameEncoding(time: entry.time, looks: shown.looks)) { return }
            }
        }
    }

    /// The bytes of a day's file; nil when there is none or its header is not written yet.
    func open(_ camera: CameraID, _ day: String) throws(StoreError) -> MappedBytes? {
        let path = try folder.path(camera, day: day)
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw EncodingFile.failure("open", path)
        }
        defer { close(file) }
        let size = try EncodingFile.size(file, path)
        guard size >= EncodingFormat.headerSize else { return nil }
        try EncodingFile.checkHeader(file, path, folder.encoder)
        guard let map = MappedBytes(file, size: size) else { throw EncodingFile.failure("read", path) }
        return map
    }
}
