internal import Base
internal import Foundation
internal import Grounding
public import Logging

/// What calibrates the queries of watched cameras, besides their frames.
public struct CalibrationServices: Sendable {
    /// Sentences that hardly ever hold.
    public let decoys: DecoyBoard
    /// Where calibrations are kept between runs.
    public let archive: CalibrationArchive
    private let logger: Logger

    /// Gathers the services.
    public init(decoys: DecoyBoard, archive: CalibrationArchive, logger: Logger) {
        (self.decoys, self.archive, self.logger) = (decoys, archive, logger)
    }

    /// A calibration that goes on where the camera's past ends; nil while the decoys are not known.
    func begin(_ camera: CameraID, _ engine: InferenceEngine, at time: WallTime) async -> CameraCalibration? {
        let sentences = decoys.encodings
        if sentences.isEmpty { return nil }
        let empty = CameraCalibration(decoys: sentences, constants: engine.constants)
        do throws(SnapshotError) {
            return try await archive.restored(empty, of: camera, encoder: engine.encoderDigest, now: time)
        } catch {
            logger.warning(
                "camera \(camera): the calibration of its queries begins anew, since \(error.file) is damaged: \(error.problem)"
            )
            return empty
        }
    }

    /// Keeps a camera's calibration.
    func save(_ calibration: CameraCalibration, of camera: CameraID, _ engine: InferenceEngine) async {
        do {
            try await archive.save(calibration, of: camera, encoder: engine.encoderDigest)
        } catch {
            logger.error(
                "camera \(camera): how its queries are calibrated could not be kept: \(error.localizedDescription)")
        }
    }
}
