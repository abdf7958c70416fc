import Base
import Configuration
import Grounding

extension Configuration {
    /// The zones of every camera, as sentences name them.
    var pictureZones: [CameraID: [PictureZone]] {
        var zones: [CameraID: [PictureZone]] = [:]
        for camera in cameras {
            zones[camera.name] = camera.zones.sorted { $0.key < $1.key }.map { name, polygon in
                PictureZone(name: name, corners: polygon.points.map { ($0.x, $0.y) })
            }
        }
        return zones
    }
}
