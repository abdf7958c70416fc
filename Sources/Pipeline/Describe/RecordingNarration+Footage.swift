public import Base
public import Ingest
public import Store
internal import VLM

extension RecordingNarration {
    /// What `footage` on this machine holds of `camera` in `span`: `fps` frames a second, `mask` painted over. `progress` is told
    /// how many files are read of how many. Without frames nothing was recorded, or it is gone.
    ///
    /// Throws `StoreError`, `IngestError`, and `CancellationError` when the task is cancelled.
    public func clip(
        of camera: CameraID, during span: TimeSpan, fps: Double, mask: PrivacyMask, events: EventStore,
        footage: FootageFiles, progress: (Int, Int) -> Void
    ) async throws -> Clip {
        let records = try await events.footage(of: camera, kind: .segment, in: span)
        var kept = ThinnedFrames()
        for (index, record) in records.enumerated() {
            try Task.checkCancellation()
            progress(index, records.count)
            let file = try MediaFile(path: footage.path(of: record))
            let source = try await FileSource(file, configuration: IngestConfiguration(analyseFPS: fps))
            let before = kept
            kept = try await source.withFrames { frames in
                var kept = before
                for try await frame in frames {
                    let time = record.during.start.advanced(bySeconds: source.seconds(of: frame))
                    if time >= span.end { break }
                    if time < span.start { continue }
                    kept.append {
                        ShownFrame(mask.applied(to: frame.picture), seconds: time.seconds(since: span.start))
                    }
                }
                return kept
            }
        }
        try Task.checkCancellation()
        return Clip(start: 0, end: span.seconds, frames: kept.frames)
    }
}
