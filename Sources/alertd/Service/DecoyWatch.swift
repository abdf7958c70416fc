import Logging
import Pipeline
import ServiceLifecycle

/// Encodes the sentences that calibrate standing queries, once, behind everything else.
struct DecoyWatch: Service {
    let board: DecoyBoard
    let engine: InferenceEngine
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await board.fill(by: engine)
            } catch {
                if Task.isCancelled { return }
                logger.notice("queries keep their shipped levels: \(Failure(describing: error).message)")
            }
            while !Task.isCancelled {
                do { try await ContinuousClock().sleep(for: .seconds(3600)) } catch { return }
            }
        }
    }
}
