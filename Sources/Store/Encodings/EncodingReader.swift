public import Base
import Glibc

/// Reads what ``EncodingStore`` keeps, on a thread of its own so that a long search never delays a camera's writing.
public actor EncodingReader {
    private let executor: ThreadExecutor
    let folder: EncodingFolder

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Reads the encodings of `encoder` under a state directory.
    public init(stateDirectory: String, encoder: EncoderIdentity) {
        executor = ThreadExecutor(name: "encodings-read")
        folder = EncodingFolder(paths: ClusterPaths(stateDirectory: stateDirectory), encoder: encoder)
    }

    /// Gives the encodings of `camera` inside `span`, by time, in batches of up to `batchSize`, until `body` returns
    /// false or the task is cancelled. Damaged records are left out; a file whose header is damaged throws
    /// ``StoreError/encodingFile(path:step:why:)``.
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

    private func visit(
        _ camera: CameraID, _ span: TimeSpan, _ body: (FrameEncoding) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let inside: (WallTime) -> Bool = { $0 >= span.start && $0 < span.end }
        for day in folder.days(camera, from: span.start.dayName, to: span.end.dayName) {
            guard let file = try open(camera, day) else { continue }
            defer { close(file) }
            var scanner = EncodingScanner(descriptor: file, dimension: folder.encoder.dimension)
            let found = scanner.scan(from: EncodingFormat.headerSize, mustVerify: inside)
            for entry in found.entries.filter({ inside($0.time) }).sorted(by: { $0.time < $1.time }) {
                if let encoding = scanner.encoding(of: entry), try !body(encoding) { return }
            }
        }
    }

    /// The open file of a day; nil when there is none or its header is not written yet.
    private func open(_ camera: CameraID, _ day: String) throws(StoreError) -> Int32? {
        let path = try folder.path(camera, day: day)
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw EncodingFile.failure("open", path)
        }
        guard lseek(file, 0, SEEK_END) >= EncodingFormat.headerSize else {
            close(file)
            return nil
        }
        do { try EncodingFile.checkHeader(file, path, folder.encoder) } catch {
            close(file)
            throw error
        }
        return file
    }
}
