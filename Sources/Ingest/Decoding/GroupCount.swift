/// Finds out, while everything is decoded, whether each packet of a group gives exactly one frame of the packet's time and
/// the next group's frames come after all of them.
struct GroupCount {
    private var start: Int64?
    private var next: Int64?
    /// Times sent since `start` that have not come out.
    private var outstanding: [Int64] = []

    private static let mostOutstanding = 256

    /// A group begins with the packet of `time`.
    mutating func begins(_ time: Int64) {
        if start == nil {
            start = time
        } else if next == nil {
            next = time
        }
        sent(time)
    }

    /// A packet of `time` went to the decoder.
    mutating func sent(_ time: Int64) {
        guard start != nil else { return }
        outstanding.append(time)
        if outstanding.count > Self.mostOutstanding { self = GroupCount() }
    }

    /// A frame of `time` came out. Returns the verdict once a whole group has, nil before.
    mutating func emitted(_ time: Int64) -> Bool? {
        // What was still in the decoder when the counting began.
        guard let start, time >= start else { return nil }
        guard let place = outstanding.firstIndex(of: time) else {
            self = GroupCount()
            return false
        }
        outstanding.remove(at: place)
        guard time == next else { return nil }
        let isRegular = outstanding.allSatisfy { $0 > time }
        self = GroupCount()
        return isRegular
    }
}
