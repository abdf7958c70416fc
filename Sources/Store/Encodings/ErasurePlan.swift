import Base

/// What has to happen to a file of encodings so that nothing of a span is left in it.
struct ErasurePlan {
    /// Still frames outside the span whose record lies inside or is voided for another reason: written anew first.
    private(set) var rescued: [EncodingScanner.Entry] = []
    /// Stretches of the file that become void.
    private(set) var voided: [Range<Int>] = []
    /// Minutes in which something changes.
    private(set) var minutes: Set<WallTime> = []
    /// Frames that go.
    private(set) var erasedFrames = 0

    /// `found` is a scan of the whole file.
    init(_ found: EncodingScanner.Found, _ span: TimeSpan) {
        let isInside: (WallTime) -> Bool = { span.start <= $0 && $0 < span.end }
        let gone = found.entries.filter { isInside($0.time) }
        erasedFrames = Set(gone.map(\.time)).count
        minutes = Set(gone.map(\.time.minute))
        let bases = Set(gone.filter { !$0.isStill }.map(\.base))
        // All still frames of such a minute are written anew: their records name times inside and outside of the span.
        rescued = found.entries.filter { $0.isStill && !isInside($0.time) && minutes.contains($0.time.minute) }
        for place in found.places {
            let goes =
                switch place.kind {
                case .void: false
                case .frame: bases.contains(place.offset)
                case .stills, .minute: found.minuteOfPlace[place.offset].map(minutes.contains) ?? false
                }
            if goes { voided.append(place.offset..<place.end) }
        }
        voided += Self.gaps(found)
    }

    /// Stretches between good records: damage, of which nobody knows what it holds.
    private static func gaps(_ found: EncodingScanner.Found) -> [Range<Int>] {
        var gaps: [Range<Int>] = []
        var position = EncodingFormat.headerSize
        for place in found.places {
            if place.offset - position >= EncodingFormat.recordHeaderSize { gaps.append(position..<place.offset) }
            position = place.end
        }
        return gaps
    }
}
