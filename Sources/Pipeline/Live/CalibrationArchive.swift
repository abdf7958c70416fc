public import Base
internal import Foundation
public import Grounding

/// How the queries of each camera are calibrated, in files on the machine that watched, so that a restart does not begin anew:
/// `calibration/CAMERA` under the state directory.
public actor CalibrationArchive {
    /// A calibration and what it is bound to.
    private struct Kept: Codable {
        let camera: String
        let encoder: String
        let calibration: Data
    }

    private let executor: ThreadExecutor
    private let folder: URL

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The archive under a state directory, which must exist.
    public init(stateDirectory: String) {
        executor = ThreadExecutor(name: "calibration")
        folder = URL(filePath: stateDirectory, directoryHint: .isDirectory).appending(path: "calibration")
    }

    /// `calibration` with what is kept of `camera` under `encoder` (a digest); as it is when there is nothing, or that of another
    /// encoder, version or list of decoys. Throws `SnapshotError` for a damaged file.
    public func restored(
        _ calibration: CameraCalibration, of camera: CameraID, encoder: String, now: WallTime
    ) throws(SnapshotError) -> CameraCalibration {
        let file = folder.appending(path: camera.name)
        guard let data = try? Data(contentsOf: file) else { return calibration }
        let payload = try SnapshotFile.open(data, as: .calibration, file: file.path)
        var restored = calibration
        guard let kept = try? PropertyListDecoder().decode(Kept.self, from: payload), kept.camera == camera.name,
            kept.encoder == encoder, restored.restore(kept.calibration, now: now)
        else { return calibration }
        return restored
    }

    /// Keeps `calibration`. Throws the errors of writing.
    public func save(_ calibration: CameraCalibration, of camera: CameraID, encoder: String) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let list = PropertyListEncoder()
        list.outputFormat = .binary
        let kept = Kept(camera: camera.name, encoder: encoder, calibration: try calibration.snapshot())
        let data = SnapshotFile.seal(try list.encode(kept), as: .calibration)
        try SnapshotFile.write(data, to: folder.appending(path: camera.name))
    }
}
