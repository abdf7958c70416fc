internal import Base

/// What waits to be written, in order and bounded: a value type without time or I/O.
///
/// When there is no room the oldest scores give way; events and coverage are never given up. Coverage of one stretch that
/// waits already is lengthened in its place, so an outage of the database costs one entry a stretch.
package struct WriteQueue: Sendable {
    /// Most samples of scores that wait.
    package let sampleLimit: Int

    private var writes: [Int: StoreWrite] = [:]
    private var first = 0
    private var next = 0
    private var stretches: [Stretch: Int] = [:]

    /// Samples of scores that wait.
    package private(set) var samples = 0
    /// Samples of scores that were given up.
    package private(set) var droppedSamples = 0

    private struct Stretch: Hashable {
        let camera: CameraID
        let start: WallTime
    }

    package init(sampleLimit: Int) { self.sampleLimit = sampleLimit }

    /// Writes that wait.
    package var count: Int { writes.count }

    /// Adds a write at the end.
    package mutating func append(_ write: StoreWrite) {
        if case .coverage(let span, let camera) = write.body {
            let stretch = Stretch(camera: camera, start: span.start)
            if let place = stretches[stretch], case .coverage(let earlier, _) = writes[place]?.body {
                if span.end > earlier.end { writes[place] = write }
                return
            }
            stretches[stretch] = next
        }
        writes[next] = write
        next += 1
        samples += Self.samples(write)
        if samples > sampleLimit { giveUpScores() }
    }

    /// The oldest writes, at most `limit`; they stay until ``remove(_:)``.
    package func head(_ limit: Int) -> [(place: Int, write: StoreWrite)] {
        var found: [(place: Int, write: StoreWrite)] = []
        var place = first
        while place < next, found.count < limit {
            if let write = writes[place] { found.append((place, write)) }
            place += 1
        }
        return found
    }

    /// Removes writes that are stored now. One that was lengthened meanwhile stays.
    package mutating func remove(_ stored: [(place: Int, write: StoreWrite)]) {
        for (place, write) in stored where writes[place] == write {
            writes[place] = nil
            samples -= Self.samples(write)
            if case .coverage(let span, let camera) = write.body {
                stretches[Stretch(camera: camera, start: span.start)] = nil
            }
        }
        skipGaps()
    }

    private mutating func giveUpScores() {
        var place = first
        while samples > sampleLimit, place < next {
            if let write = writes[place], write.isExpendable {
                writes[place] = nil
                samples -= Self.samples(write)
                droppedSamples += Self.samples(write)
            }
            place += 1
        }
        skipGaps()
    }

    private mutating func skipGaps() {
        while first < next, writes[first] == nil { first += 1 }
    }

    private static func samples(_ write: StoreWrite) -> Int {
        if case .scores(let samples, _) = write.body { samples.count } else { 0 }
    }
}
