import Base
import Configuration
import Foundation
import Ingest
import Store

/// The stream that a command about one camera looks at.
struct CameraStream: Sendable {
    let address: StreamAddress
    var configuration: StreamConfiguration

    /// The stream at `text`, read with the configuration's defaults.
    init(address text: String) throws(Failure) {
        do throws(IngestError) {
            address = try StreamAddress(text)
        } catch {
            throw Failure(.usage, "\(error)")
        }
        configuration = StreamConfiguration()
    }

    /// The stream that is analysed of a camera of the configuration.
    init(_ camera: CameraConfiguration) throws(Failure) {
        do throws(IngestError) {
            address = try StreamAddress(camera.url.revealed)
        } catch {
            throw Failure(.badConfiguration, "camera \(camera.name): \(error)")
        }
        configuration = StreamConfiguration(
            transport: camera.transport == .udp ? .udp : .tcp,
            frames: IngestConfiguration(
                analyseFPS: camera.analyseFPS, decoderThreads: 1, device: camera.device),
            openTimeout: camera.openTimeout, readTimeout: camera.readTimeout, verifyTLS: camera.verifiesTLS)
    }

    /// Looks at a camera, by what `body` does: as an unprivileged user, until Ctrl-C, with exit code 69 when the camera
    /// is at fault.
    static func reaching<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result?
    ) async throws -> Result {
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let result: Result?
        do {
            result = try await Interruption.guarding(body)
        } catch let error as IngestError {
            throw Failure(.unavailable, "\(error)")
        }
        guard let result else { throw Interrupted() }
        return result
    }
}
