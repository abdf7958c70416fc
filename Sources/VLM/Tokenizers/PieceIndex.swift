/// Pieces of a vocabulary sorted by their bytes, so that all that a text begins with are found by narrowing a range byte by
/// byte. Work at a place of a text is bounded by the longest piece.
struct PieceIndex: Sendable {
    /// Longest piece, in bytes.
    static let maximumLength = 1024

    /// Ids in the order of the pieces' bytes; of equal pieces the first.
    private let order: [Int]
    private let pieces: [[UInt8]]

    init(_ pieces: [[UInt8]]) {
        self.pieces = pieces
        order = pieces.indices.sorted { a, b in
            if pieces[a] == pieces[b] { return a < b }
            return pieces[a].lexicographicallyPrecedes(pieces[b])
        }
    }

    /// The id of the piece `bytes`.
    func id(of bytes: [UInt8]) -> Int? {
        var found: Int?
        _ = visitPrefixes(of: bytes, from: 0) { id, end in if end == bytes.count { found = id } }
        return found
    }

    /// Calls `visit` with the id and the end of every piece that `text` holds at `start`, shortest first; returns how many
    /// bytes it looked at.
    func visitPrefixes(of text: [UInt8], from start: Int, _ visit: (_ id: Int, _ end: Int) -> Void) -> Int {
        var (low, high) = (0, order.count)
        var depth = 0
        while start + depth < text.count, low < high {
            let byte = text[start + depth]
            low = boundary(low, high) { depth < $0.count && $0[depth] >= byte }
            high = boundary(low, high) { depth < $0.count && $0[depth] > byte }
            depth += 1
            if low < high, pieces[order[low]].count == depth { visit(order[low], start + depth) }
        }
        return depth
    }

    /// The first place of low..<high whose piece satisfies `isBehind`, which holds from some place on.
    private func boundary(_ low: Int, _ high: Int, _ isBehind: ([UInt8]) -> Bool) -> Int {
        var (low, high) = (low, high)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(pieces[order[middle]]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
