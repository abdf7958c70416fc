/// Greedy suppression over all windows of all lengths without sorting them: the best window, then the best that overlaps
/// no chosen one by too much, and so on.
///
/// A survivor depends on better windows only, so stopping after a few gives the first of those that sorting everything
/// would give. The windows of a length stand in blocks of 64 starts that each remember their best free window and which
/// of them are free; choosing a window makes only those blocks look again whose best it suppresses. For P windows: time
/// O(P) and little more for each survivor, memory 0.3 bytes a window.
struct WindowSelection {
    /// A chosen window.
    struct Choice: Equatable {
        let window: Range<Int>
        let score: Double
    }

    /// Up to 64 windows of one length, at consecutive starts.
    private struct Block {
        /// Bit i: the window at start i of the block overlaps no chosen one too much.
        var free: UInt64
        /// Score of the best free window, −∞ for none.
        var score: Double
        /// Its place in the block.
        var best: Int32
    }

    private let scores: StaticScores
    private let limit: Float
    private let lengths: [Int]
    private var blocks: [Block] = []
    /// Index into `blocks` of each length's first.
    private var rows: [Int] = []

    /// Windows of `lengths`, which rise; those that overlap a chosen one by more than `limit` (intersection over hull) are
    /// dropped.
    init(_ scores: StaticScores, lengths: [Int], limit: Float) {
        self.scores = scores
        self.limit = limit
        self.lengths = lengths
        for length in lengths {
            rows.append(blocks.count)
            let starts = scores.count - length + 1
            for first in stride(from: 0, to: starts, by: 64) {
                let size = min(64, starts - first)
                let best = scores.best(length: length, starts: first..<first + size)
                blocks.append(
                    Block(free: .max >> UInt64(64 - size), score: best.score, best: Int32(best.start - first)))
            }
        }
    }

    /// At most `top` windows, best first. Equal scores go to the shorter window, then to the earlier.
    mutating func choose(top: Int) -> [Choice] {
        var chosen: [Choice] = []
        while chosen.count < top, let next = best() {
            chosen.append(next)
            if let row = lengths.firstIndex(of: next.window.count) {
                take(row: row, starts: next.window.lowerBound..<next.window.lowerBound + 1)
            }
            if chosen.count < top {
                for row in lengths.indices { suppress(row: row, around: next.window) }
            }
        }
        return chosen
    }

    private func best() -> Choice? {
        var (index, score) = (-1, -Double.infinity)
        for (place, block) in blocks.enumerated() where block.score > score { (index, score) = (place, block.score) }
        guard index >= 0 else { return nil }
        let row = (rows.firstIndex { $0 > index } ?? rows.count) - 1
        let start = 64 * (index - rows[row]) + Int(blocks[index].best)
        return Choice(window: start..<start + lengths[row], score: score)
    }

    /// Takes the windows of one length that overlap `window` too much, and lets their blocks look for another best.
    ///
    /// Where two windows meet, intersection + hull = the sum of their lengths L, so the ratio exceeds the limit θ where
    /// the intersection exceeds m = θ L / (1 + θ): an interval of starts. Starts near its ends, and all of them where the
    /// shorter window is about m long, are decided by ``isSuppressed(_:by:)``, whose rounding counts.
    private mutating func suppress(row: Int, around window: Range<Int>) {
        let length = lengths[row]
        let shorter = Double(min(length, window.count))
        let least = Double(limit) * Double(window.count + length) / Double(1 + limit)
        guard shorter > least - 0.5 else { return }
        let first = max(0, window.lowerBound - length + 1)
        let end = min(scores.count - length + 1, window.upperBound)
        guard first < end else { return }
        var (inner, outer) = (first, first)  // starts inner ..< outer are suppressed for certain
        if shorter > least + 0.5 {
            inner = min(max(first, Int((Double(window.lowerBound - length) + least).rounded(.up)) + 1), end)
            outer = min(max(inner, Int((Double(window.upperBound) - least).rounded(.down))), end)
            take(row: row, starts: inner..<outer)
            decide(row: row, starts: max(first, inner - 3)..<inner, around: window)
            decide(row: row, starts: outer..<min(end, outer + 3), around: window)
        } else {
            decide(row: row, starts: first..<end, around: window)
        }
        refresh(row: row, starts: first..<end)
    }

    private mutating func decide(row: Int, starts: Range<Int>, around window: Range<Int>) {
        for start in starts where isSuppressed(start..<start + lengths[row], by: window) {
            blocks[rows[row] + start / 64].free &= ~(1 << UInt64(start % 64))
        }
    }

    private mutating func take(row: Int, starts: Range<Int>) {
        var start = starts.lowerBound
        while start < starts.upperBound {
            let count = min(64 - start % 64, starts.upperBound - start)
            blocks[rows[row] + start / 64].free &= ~((.max >> UInt64(64 - count)) << UInt64(start % 64))
            start += count
        }
    }

    private mutating func refresh(row: Int, starts: Range<Int>) {
        for place in starts.lowerBound / 64...(starts.upperBound - 1) / 64 {
            let block = blocks[rows[row] + place]
            if block.score == -.infinity || block.free & (1 << UInt64(block.best)) != 0 { continue }
            var (best, score) = (0, -Double.infinity)
            var left = block.free
            while left != 0 {
                let bit = left.trailingZeroBitCount
                left &= left - 1
                let candidate = scores.score(start: 64 * place + bit, length: lengths[row])
                if candidate > score { (best, score) = (bit, candidate) }
            }
            blocks[rows[row] + place].best = Int32(best)
            blocks[rows[row] + place].score = score
        }
    }

    /// Intersection over hull in single precision of normalised ends, as the published code computes it: an overlap of
    /// exactly the limit occurs, and the rounding decides.
    private func isSuppressed(_ a: Range<Int>, by b: Range<Int>) -> Bool {
        let count = Float(scores.count)
        let (aStart, aEnd) = (Float(a.lowerBound) / count, Float(a.upperBound) / count)
        let (bStart, bEnd) = (Float(b.lowerBound) / count, Float(b.upperBound) / count)
        let inside = max(0, min(aEnd, bEnd) - max(aStart, bStart))
        return inside / (max(aEnd, bEnd) - min(aStart, bStart)) > limit
    }
}
