import Base
import Configuration
import Ingest
import Pipeline

/// The cameras of a configuration as the pipeline takes them.
struct WatchedCameras: Sendable {
    /// In the file's order.
    let all: [LiveCamera]

    /// Throws ``Failure`` that names every camera which cannot be watched.
    init(_ configuration: Configuration) throws(Failure) {
        var all: [LiveCamera] = []
        var problems: [String] = []
        for camera in configuration.cameras {
            do throws(IngestError) {
                let recording: LiveRecording?
                do throws(IngestError) {
                    recording = try Self.recording(camera)
                } catch {
                    problems.append("cameras.\(camera.name).record_url: \(error)")
                    continue
                }
                all.append(try Self.camera(camera, recording))
            } catch {
                problems.append("cameras.\(camera.name).url: \(error)")
            }
        }
        guard problems.isEmpty else {
            throw Failure(.badConfiguration, "bad configuration\n" + problems.joined(separator: "\n"))
        }
        self.all = all
    }

    /// Nil when the configuration leaves no room for footage.
    private static func recording(_ camera: CameraConfiguration) throws(IngestError) -> LiveRecording? {
        guard camera.retention.clipsGiB > 0 else { return nil }
        var address: StreamAddress?
        if camera.recordURL != camera.url { address = try StreamAddress(camera.recordURL.revealed) }
        return LiveRecording(
            address: address, before: camera.clips.before / .seconds(1), after: camera.clips.after / .seconds(1))
    }

    private static func camera(
        _ camera: CameraConfiguration, _ recording: LiveRecording?
    ) throws(IngestError) -> LiveCamera {
        var frames = IngestConfiguration(
            analyseFPS: camera.analyseFPS, decoderThreads: 1, device: camera.device)
        frames.queuedFrames = 4
        let stream = StreamConfiguration(
            transport: camera.transport == .udp ? .udp : .tcp, frames: frames, openTimeout: camera.openTimeout,
            readTimeout: camera.readTimeout,
            verifyTLS: camera.verifiesTLS)
        let problems = stream.validate()
        guard problems.isEmpty else { throw .invalidConfiguration(problems: problems) }
        return LiveCamera(
            name: camera.name, address: try StreamAddress(camera.url.revealed), stream: stream,
            mask: camera.privacyMask,
            alarmCeilingPerDay: camera.alarmCeilingPerDay, reusesEncodings: camera.gatesChanges, recording: recording,
            revision: camera.hashValue)
    }
}
