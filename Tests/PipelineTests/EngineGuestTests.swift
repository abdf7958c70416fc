import Base
import Foundation
import NN
import Pipeline
import TestSupport
import Testing
import VLM

/// A video-LLM on the engine: always of the right form, and never in the way of a camera.
@Suite("A video-LLM as the engine's guest", .timeLimit(.minutes(10)))
struct EngineGuestTests {
    private static var encoder: URL { Fixtures.root.appending(path: "share/models/starter-encoder") }

    private static func frames(_ count: Int, _ shift: Int = 0) -> [ShownFrame] {
        (0..<count).map { index in
            let pixels = (0..<40 * 30 * 3).map { UInt8(($0 * 3 + (index + shift) * 41) % 253) }
            return ShownFrame(Picture(width: 40, height: 30, pixels: pixels), seconds: Double(index))
        }
    }

    private func request(_ frames: [ShownFrame], _ question: String = "What?") -> NarrationRequest {
        NarrationRequest(
            frames: frames, duration: Double(frames.count), question: question, form: .description, tokenLimit: 400,
            group: "gate")
    }

    @Test("random weights say nonsense, but always a whole description; a beginning read before is not read again")
    func whole() async throws {
        let folder = try ScratchFolder()
        try TinySmolVLM().write(to: folder)
        let engine = try InferenceEngine(encoderFolder: Self.encoder)
        // In floats: where a piece ends follows the time, and bytes make much of the last bit.
        let exact = try await EngineNarrator(folder: folder.url, engine: engine, isQuantised: false)
        let narrator = try await EngineNarrator(folder: folder.url, engine: engine)
        let heard = Locked("")
        let first = try await exact.answer(request(Self.frames(4))) { text in heard.withLock { $0 += text } }
        #expect(heard.withLock { $0 } == first.text && first.tokensReused == 0)
        #expect(first.shown == [0, 1, 2, 3])
        _ = try EventDescription(parsing: first.text)
        let same = try await exact.answer(request(Self.frames(4))) { _ in }
        #expect(same.text == first.text && same.tokensReused == same.tokensRead - 1)
        let other = try await exact.answer(request(Self.frames(4, 1), "Who?")) { _ in }
        #expect(other.tokensReused > 0 && other.tokensReused < 200)
        _ = try EventDescription(parsing: other.text)
        _ = try EventDescription(parsing: try await narrator.answer(request(Self.frames(3))) { _ in }.text)
        // Many frames go through a memory, which keeps as many as the model takes.
        let long = try await narrator.answer(request(Self.frames(150))) { _ in }
        #expect(long.shown.count == 4 && long.shown.first == 0)
    }

    @Test("an answer ends at its deadline and with its task")
    func deadline() async throws {
        let folder = try ScratchFolder()
        try TinySmolVLM().write(to: folder)
        let engine = try InferenceEngine(encoderFolder: Self.encoder)
        let narrator = try await EngineNarrator(folder: folder.url, engine: engine)
        var late = request(Self.frames(2))
        late.deadline = .now
        await #expect(throws: ModelError.deadlineExceeded) { _ = try await narrator.answer(late) { _ in } }
        let asked = request(Self.frames(2))
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await narrator.answer(asked) { _ in } }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test("while a description goes on, a camera's job waits for the one that runs and for no other")
    func lanes() async throws {
        let engine = try InferenceEngine(encoderFolder: Self.encoder)
        let counter = JobCounter()
        let waited = try await withThrowingTaskGroup(of: [Int].self) { group in
            // Descriptions without an end, several at once.
            for _ in 0..<16 {
                group.addTask {
                    while !Task.isCancelled {
                        await engine.perform {
                            counter.jobs.withLock { $0 += 1 }
                            Self.spin(.milliseconds(5))
                        }
                    }
                    return []
                }
            }
            group.addTask {
                var waited: [Int] = []
                for _ in 0..<60 {
                    try await ContinuousClock().sleep(for: .milliseconds(3))
                    let before = counter.jobs.withLock { $0 }
                    _ = await engine.encodeSeconds
                    waited.append(counter.jobs.withLock { $0 } - before)
                }
                return waited
            }
            for try await result in group where !result.isEmpty {
                group.cancelAll()
                return result
            }
            return []
        }
        // One may begin before the camera's job is queued and one before its end is noticed, and a thread may be held up in
        // between: in one queue a camera's job would wait for sixteen.
        #expect(waited.count == 60 && waited.sorted()[50] <= 2, "\(waited)")
        #expect(counter.jobs.withLock { $0 } > 20)
    }

    private static func spin(_ time: Duration) {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {}
    }
}

/// Counts jobs of the engine from its thread.
private final class JobCounter: Sendable {
    let jobs = Locked(0)
}
