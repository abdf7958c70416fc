package import NN

// Letters: q tokens of a frame · D width of a token.

/// MovieChat's memory over any encoder's frames, for clips of any length: each fragment's most alike neighbours are merged, and
/// so is the whole when it outgrows its bound (Song et al. 2024, section 3.2; the bound is this program's, since a camera never
/// ends). Every merged frame keeps its span, so that an answer can say when. A value: a copy is a snapshot.
package struct RollingClip: Sendable {
    /// A frame, or several merged into their mean.
    package struct Entry: Sendable {
        /// [q, D]
        package var tokens: Tensor
        /// Seconds of the first and of the last frame in it.
        package var first, last: Double

        /// The tokens of frames from second `first` to second `last`.
        package init(tokens: Tensor, first: Double, last: Double) {
            (self.tokens, self.first, self.last) = (tokens, first, last)
        }
    }

    private let fragmentLength, fragmentTarget, limit: Int
    /// How many of the newest frames are in no fragment yet.
    private var sharpCount: Int { max(1, limit / 2) }
    private var open: [Entry] = []
    private var long: [Entry] = []

    /// An empty memory of at most `limit` merged frames; every `fragmentLength` frames become `fragmentTarget`.
    package init(limit: Int, fragmentLength: Int = 16, fragmentTarget: Int = 2) {
        precondition(limit > 0 && fragmentTarget > 0 && fragmentLength >= fragmentTarget, "\(limit), \(fragmentLength)")
        (self.limit, self.fragmentLength, self.fragmentTarget) = (limit, fragmentLength, fragmentTarget)
    }

    /// Adds the tokens [q, D] of the frame at `seconds`; times rise.
    package mutating func append(_ tokens: Tensor, seconds: Double) {
        open.append(Entry(tokens: tokens, first: seconds, last: seconds))
        guard open.count == fragmentLength + sharpCount else { return }
        long += Self.merged(Array(open.prefix(fragmentLength)), target: fragmentTarget)
        open.removeFirst(fragmentLength)
        if long.count > limit { long = Self.merged(long, target: limit) }
    }

    /// All there was, as at most `limit` entries (MovieChat's global mode).
    package var whole: [Entry] { Self.merged(long + open, target: limit) }

    /// What was before in as few entries as leave room, then the newest frames as they are (breakpoint mode).
    package var recent: [Entry] {
        let now = Array(open.suffix(sharpCount))
        let before = long + open.dropLast(now.count)
        guard !before.isEmpty, limit > now.count else { return Array(now.suffix(limit)) }
        return Self.merged(before, target: limit - now.count) + now
    }

    private static func merged(_ entries: [Entry], target: Int) -> [Entry] {
        var spans = entries.map { ($0.first, $0.last) }
        let (frames, places) = MovieChatMemory.merged(entries.map(\.tokens), target: target, rule: .cosine)
        for place in places { spans[place].1 = spans.remove(at: place + 1).1 }
        return zip(frames, spans).map { Entry(tokens: $0, first: $1.0, last: $1.1) }
    }
}
