public import Base
internal import Glibc
internal import Ingest
internal import Store

extension EventClips {
    /// Seconds of footage that are cut out around a moment to find its picture.
    private static let moment = 2.0

    /// Writes a new MP4 file at `path` that shows `span` of `camera`, as ``cut(_:before:after:into:)`` does for an event. Nil,
    /// and no file, when nothing of it was recorded. Throws `IngestError` and `StoreError`.
    public func cut(_ camera: CameraID, during span: TimeSpan, into path: String) async throws -> TimeSpan? {
        guard span.start < span.end else { return nil }
        return try ClipCutter.cut(try await segments(of: camera, in: span), to: span, into: path)
    }

    /// The span of `camera` around `span` that footage is kept of, up to the outermost moments inside; nil when there is
    /// none. Throws `StoreError`.
    public func recorded(_ camera: CameraID, during span: TimeSpan) async throws -> TimeSpan? {
        let inside = try await segments(of: camera, in: span).map(\.during)
            .filter { $0.start < span.end && span.start < $0.end }
        guard let first = inside.map(\.start).min(), let last = inside.map(\.end).max() else { return nil }
        return TimeSpan(start: max(first, span.start), end: min(last, span.end))
    }

    /// What `camera` saw at `time`, as a JPEG file; nil when no footage of it is kept. Throws `IngestError` and `StoreError`.
    public func picture(of camera: CameraID, at time: WallTime) async throws -> [UInt8]? {
        let path = try await cutPath()
        defer { unlink(path) }
        let span = TimeSpan(start: time, end: time.advanced(bySeconds: Self.moment))
        guard try await cut(camera, during: span, into: path) != nil else { return nil }
        var configuration = IngestConfiguration(analyseFPS: 25, decoderThreads: 1)
        configuration.queuedFrames = 1
        let source = try await FileSource(try MediaFile(path: path), configuration: configuration)
        let picture: Picture? = try await source.withFrames { frames in
            for try await frame in frames { return frame.picture }
            return nil
        }
        return try picture.map { try JPEGEncoder.encode($0, quantiser: 5, source: RedactedURL(camera.name)) }
    }
}
