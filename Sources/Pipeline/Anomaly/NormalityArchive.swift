public import Anomaly
public import Base
internal import Foundation

/// What is normal for each camera, in files on the machine that watched, so that a restart does not begin anew.
///
/// `normality/live/CAMERA` under the state directory for a camera that is watched, `normality/recorded/CAMERA` for its
/// ingested recordings: the two are seen in another order and must not mix.
public actor NormalityArchive {
    /// Which past.
    public enum Kind: String, Sendable, CaseIterable {
        /// Of a watched camera.
        case live
        /// Of its recordings.
        case recorded
    }

    private let executor: ThreadExecutor
    private let folder: URL

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The archive under a state directory, which must exist.
    public init(stateDirectory: String) {
        executor = ThreadExecutor(name: "normality")
        folder = URL(filePath: stateDirectory, directoryHint: .isDirectory).appending(path: "normality")
    }

    /// `model` with the past that is kept for its camera; as it is when there is none. Throws `AnomalyError` for a file
    /// that is damaged or belongs to another encoder.
    func restored(_ model: AnomalyModel, _ kind: Kind) throws(AnomalyError) -> AnomalyModel {
        let file = file(model.camera, kind)
        guard let data = try? Data(contentsOf: file) else { return model }
        var restored = model
        try restored.restore(data, file: file.path)
        return restored
    }

    /// The past of `camera` whatever encoder it is of; nil when there is none. Throws `AnomalyError` for a damaged file.
    func past(
        of camera: CameraID, _ kind: Kind, sentences: SentenceMemory?
    ) throws(AnomalyError) -> AnomalyModel? {
        let file = file(camera, kind)
        guard let data = try? Data(contentsOf: file) else { return nil }
        let standing = try AnomalyModel.standing(in: data, file: file.path)
        let fitting = sentences.flatMap { $0.width == standing.encoder.width ? $0 : nil }
        var model = AnomalyModel(
            camera: camera, encoder: standing.encoder, sentences: fitting,
            ceilingPerDay: standing.rate.ceilingPerDay, utcOffset: TimeZone.current.secondsFromGMT())
        try model.restore(data, file: file.path)
        return model
    }

    /// Keeps the state of `model`. Throws the errors of writing.
    public func save(_ model: AnomalyModel, _ kind: Kind) throws {
        try FileManager.default.createDirectory(
            at: folder.appending(path: kind.rawValue), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try SnapshotFile.write(try model.snapshot(), to: file(model.camera, kind))
    }

    /// How the cameras that have a past stand, by name; a file that cannot be read gives its error.
    public func standings(_ kind: Kind = .live) -> [(camera: String, standing: Result<AnomalyStanding, AnomalyError>)] {
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind.rawValue).path)) ?? []
        return names.sorted().compactMap { name in
            guard let camera = CameraID(name) else { return nil }
            let file = file(camera, kind)
            guard let data = try? Data(contentsOf: file) else { return nil }
            do throws(AnomalyError) {
                return (name, .success(try AnomalyModel.standing(in: data, file: file.path)))
            } catch {
                return (name, .failure(error))
            }
        }
    }

    /// Forgets what `camera` showed in `span`; gives whether anything was kept of it. A file that cannot be read is removed
    /// whole. Throws the errors of writing.
    public func erase(_ camera: CameraID, during span: TimeSpan) throws -> Bool {
        var found = false
        for kind in Kind.allCases {
            let file = file(camera, kind)
            guard let data = try? Data(contentsOf: file) else { continue }
            found = true
            do {
                try SnapshotFile.write(try AnomalyModel.erasing(span, from: data, file: file.path), to: file)
            } catch is AnomalyError {
                try FileManager.default.removeItem(at: file)
            }
        }
        return found
    }

    private func file(_ camera: CameraID, _ kind: Kind) -> URL {
        folder.appending(path: kind.rawValue).appending(path: camera.name)
    }
}
