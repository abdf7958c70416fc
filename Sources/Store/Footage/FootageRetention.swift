public import Base

/// How much footage of one camera is kept.
public struct FootageLimits: Sendable, Equatable {
    /// Days since it was seen.
    public let days: Double
    /// Most bytes.
    public let bytes: Int64

    /// Keeps this much.
    public init(days: Double, bytes: Int64) { (self.days, self.bytes) = (days, bytes) }

    /// What has to go at `now` of `files`: what is too old, then, if the rest is too much, the oldest of what shows no
    /// event, then the oldest of what does. Pure.
    public func excess(of files: [FootageEntry], at now: WallTime) -> [FootageRecord] {
        let oldest = now.advanced(bySeconds: -86_400 * days)
        let old = files.filter { $0.record.during.end < oldest }
        let kept = files.filter { $0.record.during.end >= oldest }
        var total = kept.reduce(Int64(0)) { $0 + $1.record.bytes }
        var gone = old.map(\.record)
        let order = kept.sorted { one, other in
            (one.showsEvent ? 1 : 0, one.record.during.start) < (other.showsEvent ? 1 : 0, other.record.during.start)
        }
        for entry in order where total > bytes {
            gone.append(entry.record)
            total -= entry.record.bytes
        }
        return gone
    }
}

/// A file of footage, and whether it is part of an event's clip.
public struct FootageEntry: Sendable, Equatable {
    /// The file.
    public let record: FootageRecord
    /// Whether it shows something of an event, pre- and post-roll included. Blindness is no event here.
    public let showsEvent: Bool

    /// Gathers the two.
    public init(record: FootageRecord, showsEvent: Bool) { (self.record, self.showsEvent) = (record, showsEvent) }
}
