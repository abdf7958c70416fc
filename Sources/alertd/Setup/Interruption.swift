import UnixSignals

/// The person at the terminal, or the service manager, asked the command to stop.
struct Interrupted: Error {}

/// Runs a command so that Ctrl-C and SIGTERM end it in order: its task is cancelled and cleans up.
enum Interruption {
    /// The result of `body`; ``Interrupted`` when a signal came first.
    static func guarding<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await _ in signals { throw Interrupted() }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw Interrupted()
        }
    }
}
