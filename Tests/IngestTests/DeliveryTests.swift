import Base
import Ingest
import TestSupport
import Testing

@Suite("Hand-over of frames", .timeLimit(.minutes(5)))
struct DeliveryTests {
    private struct Enough: Error {}

    private func source(queued: Int = 1, bytes: Int = .max) async throws -> FileSource {
        var configuration = everyFrame
        configuration.queuedFrames = queued
        configuration.queuedBytes = bytes
        return try await FileSource(MediaFile(path: bundled("bframes.mp4")), configuration: configuration)
    }

    @Test("makes the reader wait when nobody takes frames", arguments: [(2, Int.max), (50, 2 * 64 * 48 * 3)])
    func backPressure(queued: Int, bytes: Int) async throws {
        let source = try await source(queued: queued, bytes: bytes)
        let taken = try await source.withFrames { frames in
            while frames.count < 2 { await Task.yield() }
            for _ in 0..<2000 { await Task.yield() }
            #expect(frames.count == 2)
            // two in the queue and one in the reader's hands
            #expect(source.statistics.framesAnalysed <= 3)
            return try await frames.reduce(0) { sum, _ in sum + 1 }
        }
        #expect(taken == 100 && source.statistics.framesAnalysed == 100)
    }

    @Test("ends the reading when the consumer stops early")
    func stopsEarly() async throws {
        let source = try await source()
        try await source.withFrames { frames in
            for try await _ in frames { break }
        }
        #expect((1..<50).contains(source.statistics.framesDecoded))
    }

    @Test("passes the consumer's own error on and ends the reading")
    func consumerThrows() async throws {
        let source = try await source()
        await #expect(throws: Enough.self) {
            try await source.withFrames { frames in
                for try await _ in frames { throw Enough() }
            }
        }
        #expect(source.statistics.framesDecoded < 50)
    }

    @Test("ends within a frame when the task is cancelled")
    func cancelled() async throws {
        let source = try await source()
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await source.withFrames { frames in
                    var count = 0
                    for try await _ in frames {
                        count += 1
                        if count == 3 { withUnsafeCurrentTask { $0?.cancel() } }
                    }
                    return count
                }
            }
            return try await group.next() ?? 0
        }
        #expect((3...5).contains(taken))
        #expect(source.statistics.framesDecoded < 50)
    }

    @Test("ends as the recording would when it is told to stop")
    func stopped() async throws {
        let source = try await source()
        let taken = try await source.withFrames { frames in
            var count = 0
            for try await _ in frames {
                count += 1
                if count == 3 { source.stop() }
            }
            return count
        }
        #expect((3...6).contains(taken))
    }

    @Test("can be read once")
    func once() async throws {
        let source = try await source(queued: 8)
        let first = try await source.withFrames { frames in try await frames.reduce(0) { sum, _ in sum + 1 } }
        let second = try await source.withFrames { frames in try await frames.reduce(0) { sum, _ in sum + 1 } }
        #expect(first == 100 && second == 0)
    }

    @Test("measures CPU time of decoding on all threads, and of scaling, apart")
    func measures() async throws {
        let source = try await source(queued: 8)
        try await source.withFrames { frames in for try await _ in frames {} }
        let statistics = source.statistics
        #expect(statistics.decodeCPUSeconds > 0 && statistics.scaleCPUSeconds > 0)
        #expect(statistics.decodeWallSeconds > 0 && statistics.scaleWallSeconds > 0)
    }
}
