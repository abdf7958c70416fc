/// Guesses what a misspelt key should have been.
enum Spelling {
    /// The nearest of `words` to `word`, when it is near enough to be meant.
    static func nearest(to word: String, among words: [String]) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let lowered = word.lowercased().replacing("-", with: "_")
        let ranked = words.map { (word: $0, distance: distance(lowered, $0.lowercased())) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, min(word.utf8.count, best.word.utf8.count) / 3) ? best.word : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b` (optimal string
    /// alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let (x, y) = (Array(a.utf8), Array(b.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...y.count)
        for i in x.indices {
            var row = [i + 1]
            for j in y.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (x[i] == y[j] ? 0 : 1))
                if i > 0, j > 0, x[i] == y[j - 1], x[i - 1] == y[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[y.count]
    }
}
