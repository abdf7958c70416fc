import Configuration
import Ingest

/// Whether each camera of the configuration shows a picture.
enum CameraFindings {
    /// Cameras that are asked at the same time.
    private static let width = 8

    /// In the order of the configuration.
    static func all(_ cameras: [CameraConfiguration]) async -> [Finding] {
        await withTaskGroup(of: (Int, Finding).self) { group in
            var (next, found) = (0, [Int: Finding]())
            func ask() {
                guard next < cameras.count else { return }
                let (place, camera) = (next, cameras[next])
                group.addTask { (place, await look(camera)) }
                next += 1
            }
            for _ in 0..<min(width, cameras.count) { ask() }
            while let (place, finding) = await group.next() {
                found[place] = finding
                ask()
            }
            return cameras.indices.compactMap { found[$0] }
        }
    }

    private static func look(_ camera: CameraConfiguration) async -> Finding {
        let name = "camera \(camera.name)"
        do {
            let stream = try CameraStream(camera)
            guard
                let source = try await CameraSource.connect(to: stream.address, configuration: stream.configuration)
            else { return Finding(name, .warning, "not looked at: interrupted") }
            let probe = source.probe
            source.stop()
            return Finding(name, .ok, "\(probe.codec), \(probe.size)")
        } catch {
            return Finding(name, failing: error)
        }
    }
}
