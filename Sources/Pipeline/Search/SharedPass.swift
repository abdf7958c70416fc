/// Why a search was not begun.
public enum SearchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// So many searches wait already.
    case busy(waiting: Int)

    /// The error in a line.
    public var description: String {
        switch self {
        case .busy(let waiting):
            "cannot search now: \(waiting) searches wait already, the most that may; ask again in a few seconds"
        }
    }
}

/// Lets what is asked at the same time share one pass over what is stored: whoever finds nobody at work leads, and answers all
/// that came meanwhile together with its own question. Nobody waits for longer than the pass before and its own.
///
/// Bounded: beyond ``mostWaiting`` questions are refused. No task is made: a pass runs in the task of one of those who asked.
package actor SharedPass<Question: Sendable, Answer: Sendable> {
    private enum Turn: Sendable {
        case answered(Result<Answer, any Error>)
        case lead
    }

    private struct Waiting {
        let question: Question
        let turn: CheckedContinuation<Turn, Never>
    }

    private let most: Int
    private let mostWaiting: Int
    private let perform: @Sendable ([Question]) async throws -> [Answer]
    private var waiting: [Waiting] = []
    private var isAtWork = false

    /// Questions that wait.
    package var waitingCount: Int { waiting.count }

    /// Questions are answered by `perform`, up to `most` in one pass, in their order.
    package init(most: Int, mostWaiting: Int, perform: @escaping @Sendable ([Question]) async throws -> [Answer]) {
        precondition(most > 0 && mostWaiting >= 0, "a pass for \(most) questions, \(mostWaiting) waiting")
        (self.most, self.mostWaiting, self.perform) = (most, mostWaiting, perform)
    }

    /// The answer to `question`. Throws ``SearchError/busy(waiting:)`` and what the pass throws.
    package func answer(_ question: Question) async throws -> Answer {
        if isAtWork {
            guard waiting.count < mostWaiting else { throw SearchError.busy(waiting: waiting.count) }
            let turn = await withCheckedContinuation { waiting.append(Waiting(question: question, turn: $0)) }
            if case .answered(let result) = turn { return try result.get() }
        }
        isAtWork = true
        let others = Array(waiting.prefix(most - 1))
        waiting.removeFirst(others.count)
        let outcome = await outcome([question] + others.map(\.question))
        // What a cancelled task found may lack something: the others ask again.
        let isWhole = !Task.isCancelled
        if isWhole {
            for (index, other) in others.enumerated() {
                other.turn.resume(returning: .answered(outcome.map { $0[index + 1] }))
            }
        } else {
            waiting = others + waiting
        }
        if waiting.isEmpty {
            isAtWork = false
        } else {
            waiting.removeFirst().turn.resume(returning: .lead)
        }
        guard isWhole else { throw CancellationError() }
        return try outcome.get()[0]
    }

    private func outcome(_ questions: [Question]) async -> Result<[Answer], any Error> {
        do {
            try Task.checkCancellation()
            let answers = try await perform(questions)
            precondition(answers.count == questions.count, "\(answers.count) answers")
            return .success(answers)
        } catch {
            return .failure(error)
        }
    }
}
