/// Work that must be done in time.
enum Deadline {
    /// What `body` returns. When it takes longer than `limit` it is cancelled, and `timedOut` thrown.
    static func within<Result: Sendable>(
        _ limit: Duration, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try? await ContinuousClock().sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else { throw WebError.timedOut }
            return result
        }
    }
}
