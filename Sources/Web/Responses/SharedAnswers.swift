internal import Base

/// Answers that many clients ask for at the same time are computed once. Whoever asks while one is being computed waits for
/// the next, so that nobody is told less than what was there when they asked.
final class SharedAnswers<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    typealias Compute = @Sendable (Key) async throws -> Value

    private struct Round {
        var isRunning = false
        /// Those who wait for the next computation.
        var waiting: [CheckedContinuation<Outcome, Never>] = []
    }

    private enum Outcome: Sendable {
        /// The answer of somebody else.
        case value(Result<Value, any Error>)
        /// The one who waits computes, for all in `rest` too.
        case turn(rest: [CheckedContinuation<Outcome, Never>])
    }

    private let rounds = Locked<[Key: Round]>([:])

    /// The answer to `key`. Throws what `compute` throws.
    func value(_ key: Key, _ compute: @escaping Compute) async throws -> Value {
        let outcome: Outcome = await withCheckedContinuation { continuation in
            let isFirst = rounds.withLock { rounds in
                if rounds[key]?.isRunning == true {
                    rounds[key]?.waiting.append(continuation)
                    return false
                }
                rounds[key] = Round(isRunning: true)
                return true
            }
            if isFirst { continuation.resume(returning: .turn(rest: [])) }
        }
        switch outcome {
        case .value(let result): return try result.get()
        case .turn(let rest):
            let result: Result<Value, any Error>
            do {
                result = .success(try await compute(key))
            } catch {
                result = .failure(error)
            }
            // The next round is the longest waiting client's, for all who wait.
            let next: (first: CheckedContinuation<Outcome, Never>, rest: [CheckedContinuation<Outcome, Never>])? =
                rounds.withLock { rounds in
                    guard var waiting = rounds[key]?.waiting, !waiting.isEmpty else {
                        rounds[key] = nil
                        return nil
                    }
                    rounds[key]?.waiting = []
                    let first = waiting.removeFirst()
                    return (first, waiting)
                }
            if let next { next.first.resume(returning: .turn(rest: next.rest)) }
            for client in rest { client.resume(returning: .value(result)) }
            return try result.get()
        }
    }
}
