import Configuration
import Ingest

extension CameraConfiguration {
    /// What nothing may see of the camera's pictures.
    var privacyMask: PrivacyMask {
        PrivacyMask(masks.map { area in area.points.map { PrivacyMask.Point(x: $0.x, y: $0.y) } })
    }

    /// What decodes the camera's pictures.
    var device: DecodeDevice {
        switch decoder {
        case .software: .software
        case .vaapi: .vaapi
        case .cuda: .cuda
        }
    }
}
