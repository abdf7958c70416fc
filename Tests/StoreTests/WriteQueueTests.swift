import Base
import Store
import Testing

@Suite("Write queue")
struct WriteQueueTests {
    private func scores(_ count: Int) throws -> StoreWrite {
        let sample = ScoreSample(lane: "anomaly:normality", at: moment(0), value: 1)
        return .scores([ScoreSample](repeating: sample, count: count), camera: try camera())
    }

    private func coverage(_ start: Double, _ end: Double) throws -> StoreWrite {
        .coverage(TimeSpan(start: moment(start), end: moment(end)), camera: try camera())
    }

    @Test("changes come out in the order they went in, and stay until they are stored")
    func order() throws {
        var queue = WriteQueue(sampleLimit: 100)
        let writes: [StoreWrite] = [
            .closeOpenEvents, .event(write(try event(0, 1), key: "a")), try scores(2), try coverage(0, 1),
        ]
        writes.forEach { queue.append($0) }
        #expect(queue.head(10).map(\.write) == writes)
        let head = queue.head(2)
        #expect(head.map(\.write) == Array(writes.prefix(2)))
        queue.remove(head)
        #expect(queue.head(10).map(\.write) == Array(writes.suffix(2)) && queue.count == 2 && queue.samples == 2)
    }

    @Test("coverage of one stretch is lengthened in its place, so an outage costs one entry")
    func stretches() throws {
        var queue = WriteQueue(sampleLimit: 100)
        queue.append(try coverage(0, 1))
        queue.append(.closeOpenEvents)
        for end in 2..<50 { queue.append(try coverage(0, Double(end))) }
        queue.append(try coverage(0, 3))
        queue.append(try coverage(60, 61))
        #expect(queue.head(10).map(\.write) == [try coverage(0, 49), .closeOpenEvents, try coverage(60, 61)])
    }

    @Test("a stretch that grew while it was being stored stays, and so does what comes after")
    func grownMeanwhile() throws {
        var queue = WriteQueue(sampleLimit: 100)
        queue.append(try coverage(0, 1))
        let head = queue.head(1)
        queue.append(try coverage(0, 5))
        queue.remove(head)
        #expect(queue.head(10).map(\.write) == [try coverage(0, 5)])
        queue.remove(queue.head(1))
        queue.append(try coverage(0, 6))
        #expect(queue.head(10).map(\.write) == [try coverage(0, 6)])
    }

    @Test("without room the oldest scores give way, events and coverage never")
    func pressure() throws {
        var queue = WriteQueue(sampleLimit: 100)
        let kept: [StoreWrite] = [.event(write(try event(0, 1), key: "a")), try coverage(0, 1)]
        queue.append(try scores(60))
        kept.forEach { queue.append($0) }
        for _ in 0..<50 { queue.append(try scores(30)) }
        #expect(queue.samples <= 100 && queue.droppedSamples == 60 + 50 * 30 - queue.samples)
        #expect(queue.head(2).map(\.write) == kept)
    }
}
