import Base

/// What is known of one minute of an open file of encodings.
struct EncodedMinute {
    /// The frames, and the records that hold what they show.
    private(set) var entries: [EncodingScanner.Entry] = []
    private(set) var times: Set<WallTime> = []
    /// The last record with looks, to which still frames may refer.
    var lastBase: (offset: Int, frame: StoredFrame)?
    /// Bytes of the minute's records.
    var bytes = 0
    /// Whether its sum is in the file.
    var isSealed = false

    /// Frames.
    var count: Int { entries.count }

    /// Adds a frame that was found in the file; a still one whose record is gone does not count.
    mutating func note(_ entry: EncodingScanner.Entry) {
        guard !entry.isStill || entries.contains(where: { !$0.isStill && $0.base == entry.base }) else { return }
        guard times.insert(entry.time).inserted else { return }
        entries.append(entry)
        isSealed = false
    }

    /// Adds the records of `frames`, by time, to `bytes`, which will be written at `start`. What shows the same as the
    /// record before is only named.
    mutating func append(
        _ frames: [StoredFrame], minute: WallTime, dimension: Int, at start: Int, to bytes: inout [UInt8]
    ) {
        let before = bytes.count
        var stills: [WallTime] = []
        func flush(_ base: Int) {
            guard !stills.isEmpty else { return }
            bytes += EncodingFormat.record(stills: stills, like: base, in: minute)
            stills = []
        }
        for frame in frames {
            if let base = lastBase, frame.isStill(after: base.frame) {
                stills.append(frame.time)
                note(EncodingScanner.Entry(time: frame.time, base: base.offset, isStill: true))
                if stills.count == EncodingFormat.mostStills { flush(base.offset) }
                continue
            }
            if let base = lastBase { flush(base.offset) }
            let offset = start + bytes.count
            bytes += EncodingFormat.record(frame, dimension: dimension)
            lastBase = (offset, frame)
            note(EncodingScanner.Entry(time: frame.time, base: offset, isStill: false))
        }
        if let base = lastBase { flush(base.offset) }
        self.bytes += bytes.count - before
    }

    /// Its sum; nil when none of its frames can be read.
    func summary(_ minute: WallTime, _ scanner: EncodingScanner, dimension: Int) -> MinuteSummary? {
        var shown: [(frame: StoredFrame, times: Int)] = []
        for (base, entries) in Dictionary(grouping: entries, by: \.base).sorted(by: { $0.key < $1.key }) {
            if let frame = scanner.frame(at: base) { shown.append((frame, entries.count)) }
        }
        guard let first = entries.map(\.base).min(), !shown.isEmpty else { return nil }
        var sum = [Float](repeating: 0, count: dimension)
        var looks = 0
        for (frame, times) in shown {
            looks += frame.looks.count * times
            for look in frame.looks {
                let weight = Float(times) * look.vector.scale
                for (column, value) in look.vector.values.enumerated() { sum[column] += weight * Float(value) }
            }
        }
        guard let mean = QuantizedVector(sum.map { $0 / Float(looks) }) else { return nil }
        let farthest = shown.flatMap(\.frame.looks).map { $0.vector.squaredDistance(to: mean) }.max() ?? 0
        // Rounded up by what the additions above may have lost.
        let radius = farthest.squareRoot() * (1 + Float(dimension) * Float.ulpOfOne)
        return MinuteSummary(
            minute: minute, frames: shown.reduce(0) { $0 + $1.times }, looks: looks,
            stills: entries.count { $0.isStill }, position: first, bytes: bytes, radius: radius, mean: mean)
    }
}
