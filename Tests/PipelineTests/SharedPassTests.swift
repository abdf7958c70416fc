import Base
import Pipeline
import Testing

/// A little time for the other tasks, without keeping a thread busy.
private func pause() async { try? await Task.sleep(for: .milliseconds(2)) }

@Suite("passes shared by those who ask at once", .timeLimit(.minutes(5)))
struct SharedPassTests {
    private struct Odd: Error {}

    /// Passes as they were made, each with its questions; the first waits until it is let go.
    private actor Log {
        private(set) var passes: [[Int]] = []
        private var gate: CheckedContinuation<Void, Never>?
        private var isOpen = false

        func begin(_ questions: [Int]) async {
            passes.append(questions)
            guard passes.count == 1, !isOpen else { return }
            await withCheckedContinuation { gate = $0 }
        }

        func open() {
            isOpen = true
            gate?.resume()
            gate = nil
        }
    }

    private func waiting(_ log: Log, _ pass: SharedPass<Int, Int>, _ count: Int) async {
        while await log.passes.isEmpty { await pause() }
        while await pass.waitingCount < count { await pause() }
    }

    @Test("what comes during a pass is answered in the next one, all together, each with its own answer")
    func together() async throws {
        let log = Log()
        let pass = SharedPass<Int, Int>(most: 8, mostWaiting: 100) { questions in
            await log.begin(questions)
            return questions.map { $0 * 10 }
        }
        let answers = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            group.addTask { (0, try await pass.answer(0)) }
            while await log.passes.isEmpty { await pause() }
            for question in 1...20 { group.addTask { (question, try await pass.answer(question)) } }
            await waiting(log, pass, 20)
            await log.open()
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 21 && answers.allSatisfy { $0.value == $0.key * 10 })
        let passes = await log.passes
        #expect(passes.map(\.count) == [1, 8, 8, 4], "\(passes)")
        #expect(passes.flatMap(\.self).sorted() == Array(0...20))
    }

    @Test("beyond the most that may wait a question is refused; those that wait are answered")
    func refused() async throws {
        let log = Log()
        let pass = SharedPass<Int, Int>(most: 4, mostWaiting: 3) { questions in
            await log.begin(questions)
            return questions
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for question in 0..<4 {
                group.addTask { try await pass.answer(question) }
                if question == 0 { while await log.passes.isEmpty { await pause() } }
            }
            await waiting(log, pass, 3)
            await #expect(throws: SearchError.busy(waiting: 3)) { try await pass.answer(9) }
            await log.open()
            let answers = try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            #expect(answers == [0, 1, 2, 3])
        }
        #expect("\(SearchError.busy(waiting: 3))".contains("ask again"))
    }

    @Test("an error is everybody's of its pass; the next pass is not touched")
    func errors() async throws {
        let pass = SharedPass<Int, Int>(most: 4, mostWaiting: 3) { questions in
            if questions.contains(1) { throw Odd() }
            return questions
        }
        await #expect(throws: Odd.self) { try await pass.answer(1) }
        #expect(try await pass.answer(2) == 2)
    }

    @Test("when whoever leads is cancelled, the others are answered all the same")
    func cancelled() async throws {
        let log = Log()
        let pass = SharedPass<Int, Int>(most: 8, mostWaiting: 100) { questions in
            await log.begin(questions)
            return questions
        }
        try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask {
                await withThrowingTaskGroup(of: Int.self) { inner in
                    inner.addTask { try await pass.answer(0) }
                    while await log.passes.isEmpty { await pause() }
                    inner.cancelAll()
                    return try? await inner.next()
                }
            }
            while await log.passes.isEmpty { await pause() }
            for question in 1...5 { group.addTask { try await pass.answer(question) } }
            await waiting(log, pass, 5)
            await log.open()
            let answers = try await group.reduce(into: Set<Int>()) { set, answer in
                if let answer { set.insert(answer) }
            }
            #expect(answers == [1, 2, 3, 4, 5])
        }
    }
}

@Suite("a turnstile", .timeLimit(.minutes(5)))
struct TurnstileTests {
    private actor Counter {
        private(set) var inside = 0
        private(set) var most = 0

        func enter() {
            inside += 1
            most = max(most, inside)
        }

        func leave() { inside -= 1 }
    }

    @Test("never more are inside than there are places, and all come through")
    func places() async throws {
        let (turnstile, counter) = (Turnstile(places: 3, mostWaiting: 100), Counter())
        let done = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<50 {
                group.addTask {
                    try await turnstile.pass {
                        await counter.enter()
                        for _ in 0..<10 { await Task.yield() }
                        await counter.leave()
                        return index
                    }
                }
            }
            return try await group.reduce(0) { sum, _ in sum + 1 }
        }
        #expect(done == 50)
        let (most, inside) = (await counter.most, await counter.inside)
        #expect((1...3).contains(most) && inside == 0)
    }

    @Test("a full turnstile refuses, and an error frees its place")
    func full() async throws {
        let turnstile = Turnstile(places: 1, mostWaiting: 0)
        _ = try await turnstile.pass {
            await #expect(throws: SearchError.busy(waiting: 0)) { try await turnstile.pass {} }
        }
        await #expect(throws: CancellationError.self) {
            try await turnstile.pass { throw CancellationError() }
        }
        #expect(try await turnstile.pass { 7 } == 7)
    }
}

@Suite("spans that were seen and told")
struct FoundSpanTests {
    private let yard = CameraID("yard")
    private let gate = CameraID("gate")

    private func span(_ start: Double, _ end: Double) -> TimeSpan {
        let zero = WallTime(microseconds: 1_777_680_000_000_000)
        return TimeSpan(start: zero.advanced(bySeconds: start), end: zero.advanced(bySeconds: end))
    }

    @Test("two witnesses of the same moment make it likelier; one alone stays as it is")
    func joined() throws {
        let (yard, gate) = (try #require(yard), try #require(gate))
        let seen = [
            FoundSpan(camera: yard, during: span(0, 10), seen: 0.6),
            FoundSpan(camera: yard, during: span(20, 30), seen: 0.8),
        ]
        let told = [
            FoundSpan.Told(id: 1, camera: yard, during: span(5, 25), probability: 0.5),
            FoundSpan.Told(id: 2, camera: yard, during: span(8, 9), probability: 0.2),
            FoundSpan.Told(id: 3, camera: gate, during: span(0, 10), probability: 0.4),
            FoundSpan.Told(id: 4, camera: yard, during: span(30, 40), probability: 0.3),
        ]
        let joined = FoundSpan.joined(seen, told)
        #expect(joined.map { $0.told?.id } == [1, 1, 3, 4])
        for (found, wanted) in zip(joined.map(\.score), [0.8, 0.9, 0.4, 0.3]) { #expect(abs(found - wanted) < 1e-12) }
        #expect(joined.map { $0.seen == nil } == [false, false, true, true])
        #expect(joined[2].during == span(0, 10) && joined[2].camera == gate)
    }

    @Test("cursors order answers, best first, and come back from their text")
    func cursors() throws {
        let (yard, gate) = (try #require(yard), try #require(gate))
        let spans = [
            FoundSpan(camera: yard, during: span(0, 10), seen: 0.6),
            FoundSpan(camera: gate, during: span(0, 9), seen: 0.6),
            FoundSpan(camera: yard, during: span(5, 9), seen: 0.9),
            FoundSpan(camera: yard, during: span(1, 9), seen: 0.6),
        ]
        let sorted = spans.map(\.cursor).sorted()
        #expect(sorted == [2, 1, 0, 3].map { spans[$0].cursor })
        for cursor in sorted { #expect(SearchCursor(cursor.description) == cursor) }
        for text in [
            "", ".", "..", "x.1.yard", "3fe0000000000000..yard", "3fe0000000000000.1.", "fff8000000000000.1.yard",
        ] {
            #expect(SearchCursor(text) == nil, "\(text)")
        }
    }
}
