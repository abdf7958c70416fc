import Logging
import Pipeline
import ServiceLifecycle

/// Encodes what was written about events, so that a search finds it by its meaning.
struct DescriptionEncodingWatch: Service {
    /// Between looks for new descriptions.
    private static let interval = Duration.seconds(5)
    /// Descriptions encoded at a time: a tenth of a second's work with MiniLM.
    private static let batch = 16

    let descriptions: DescriptionSearch
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await descriptions.encodeNew(limit: Self.batch) == Self.batch { continue }
                } catch {
                    if Task.isCancelled { return }
                    logger.debug("descriptions are encoded later: \(error)")
                }
                do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
            }
        }
    }
}
