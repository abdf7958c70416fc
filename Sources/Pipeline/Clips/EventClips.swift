public import Base
internal import Ingest
public import Store

/// Clips and thumbnails of events, from the footage that is kept, on a thread of its own.
///
/// ```swift
/// let clips = EventClips(events: store, footage: FootageFiles(stateDirectory: state))
/// let shown = try await clips.cut(event, before: 5, after: 5, into: "/tmp/clip.mp4")   // nil: nothing was recorded
/// let picture = try await clips.thumbnail(of: event)                                    // a path; nil: there is none
/// ```
public actor EventClips {
    /// A thumbnail is taken when an event is told; its span may be moved a little afterwards.
    private static let slack = 10.0

    private let executor: ThreadExecutor
    private let events: EventStore
    private let footage: FootageFiles

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Clips of the events in `events`, made of the files of `footage`.
    public init(events: EventStore, footage: FootageFiles) {
        (self.events, self.footage) = (events, footage)
        executor = ThreadExecutor(name: "clips")
    }

    /// Writes a new MP4 file at `path` that shows `event` from `before` seconds before its start to `after` seconds
    /// after its end, cut there exactly, without encoding anything anew (`ClipCutter`). Returns what the file shows, which is
    /// less where nothing was recorded: the last half minute is in no file yet. Nil, and no file, when nothing of it was.
    /// Throws `IngestError` and `StoreError`.
    public func cut(
        _ event: EventRecord, before: Double, after: Double, into path: String
    ) async throws -> TimeSpan? {
        guard let camera = CameraID(event.camera) else { return nil }
        let span = TimeSpan(
            start: event.during.start.advanced(bySeconds: -max(0, before)),
            end: event.during.end.advanced(bySeconds: max(0, after)))
        return try ClipCutter.cut(try await segments(of: camera, in: span), to: span, into: path)
    }

    /// A path for a clip that is cut to be sent and then forgotten; whoever asked removes the file. Throws `StoreError`.
    public func cutPath() async throws(StoreError) -> String { try await footage.cutPath() }

    /// The files that show something of `span`.
    func segments(of camera: CameraID, in span: TimeSpan) async throws(StoreError) -> [RecordedSegment] {
        try await events.footage(of: camera, kind: .segment, in: span).map {
            RecordedSegment(path: footage.path(of: $0), during: $0.during)
        }
    }

    /// Names of the other nodes that have footage of `camera` in `span`, where several share the database. Throws `StoreError`.
    public func elsewhere(_ camera: CameraID, during span: TimeSpan) async throws(StoreError) -> [String] {
        try await events.nodesWithFootage(of: camera, during: span)
    }

    /// The path of a JPEG file that shows `event`; nil when there is none. Throws `StoreError`.
    public func thumbnail(of event: EventRecord) async throws(StoreError) -> String? {
        guard let camera = CameraID(event.camera) else { return nil }
        let near = TimeSpan(
            start: event.during.start.advanced(bySeconds: -Self.slack),
            end: event.during.end.advanced(bySeconds: Self.slack))
        let found = try await events.footage(of: camera, kind: .thumbnail, in: near)
        func distance(_ record: FootageRecord) -> Double {
            let time = record.during.start
            return max(0, event.during.start.seconds(since: time), time.seconds(since: event.during.end))
        }
        return found.min { distance($0) < distance($1) }.map { footage.path(of: $0) }
    }
}
