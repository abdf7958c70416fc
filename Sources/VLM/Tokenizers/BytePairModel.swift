/// A byte-pair vocabulary and its merges (Sennrich et al. 2016): spells a word as the pieces that repeated merging, best
/// rank first, leaves. Time is n log n in the word's length, whatever the word.
struct BytePairModel: Sendable {
    /// One merge: which rank it has and which piece it makes.
    private struct Merge: Sendable {
        let rank: Int32
        let piece: Int32
    }

    /// Id of every piece, written in the byte alphabet.
    let vocabulary: [String: Int]
    /// Written behind a word's last piece (`</w>` in CLIP); empty in GPT-2's descendants.
    let endOfWord: String
    /// Piece of each byte inside a word, and of each byte that ends one; −1 when the vocabulary lacks it.
    private let inner, last: [Int32]
    private let merges: [UInt64: Merge]
    private let unknown: Int32?

    /// A model over `vocabulary` and `merges`, best first; refuses a merge whose parts or product have no id, naming it.
    init(
        vocabulary: [String: Int], merges: [(left: String, right: String)], endOfWord: String, unknown: String?,
        file: String
    ) throws(ModelError) {
        let alphabet = ByteAlphabet()
        for (piece, id) in vocabulary where id < 0 || id > Int(Int32.max) {
            throw .badTokenizer(file: file, key: "vocabulary \"\(piece.prefix(60))\"", problem: "id \(id)")
        }
        func id(_ piece: String) -> Int32 { vocabulary[piece].map(Int32.init) ?? -1 }
        inner = alphabet.characters.map { id(String($0)) }
        last = alphabet.characters.map { id(String($0) + endOfWord) }
        var table: [UInt64: Merge] = [:]
        table.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            let (left, right, product) = (id(merge.left), id(merge.right), id(merge.left + merge.right))
            guard left >= 0, right >= 0, product >= 0 else {
                let name = "merge \(rank + 1), \"\(merge.left.prefix(40)) \(merge.right.prefix(40))\""
                throw .badTokenizer(
                    file: file, key: name, problem: "its parts or its product are not in the vocabulary")
            }
            let key = Self.key(left, right)
            if table[key] == nil { table[key] = Merge(rank: Int32(rank), piece: product) }
        }
        self.merges = table
        self.vocabulary = vocabulary
        self.endOfWord = endOfWord
        self.unknown = unknown.flatMap { vocabulary[$0] }.map(Int32.init)
    }

    /// The ids of one word's pieces. A byte that the vocabulary lacks becomes the unknown piece, or nothing.
    func pieces(of word: some Collection<UInt8>) -> [Int] {
        var symbols: [Int32] = []
        symbols.reserveCapacity(word.count)
        for (offset, byte) in word.enumerated() {
            let piece = offset == word.count - 1 ? last[Int(byte)] : inner[Int(byte)]
            if piece >= 0 { symbols.append(piece) } else if let unknown { symbols.append(unknown) }
        }
        return merged(symbols)
    }

    private func merged(_ start: [Int32]) -> [Int] {
        var pieces = start
        // A doubly linked list over positions; a piece that was merged into its left neighbour is −1.
        var next = Array(1...max(1, pieces.count))
        var previous = Array(-1..<max(0, pieces.count - 1))
        var queue = MergeQueue()
        func offer(_ left: Int) {
            guard left >= 0, next[left] < pieces.count else { return }
            let key = Self.key(pieces[left], pieces[next[left]])
            if let merge = merges[key] { queue.push(.init(rank: merge.rank, position: Int32(left), key: key)) }
        }
        for position in pieces.indices.dropLast() { offer(position) }
        while let candidate = queue.pop() {
            let left = Int(candidate.position)
            guard pieces[left] >= 0, next[left] < pieces.count else { continue }
            let right = next[left]
            let key = Self.key(pieces[left], pieces[right])
            guard key == candidate.key, let merge = merges[key] else { continue }
            pieces[left] = merge.piece
            pieces[right] = -1
            next[left] = next[right]
            if next[left] < pieces.count { previous[next[left]] = left }
            offer(previous[left])
            offer(left)
        }
        return pieces.compactMap { $0 >= 0 ? Int($0) : nil }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}

/// Merges that could be done, best rank first and leftmost among equals: a binary heap.
private struct MergeQueue {
    struct Candidate {
        let rank: Int32
        let position: Int32
        let key: UInt64

        func precedes(_ other: Candidate) -> Bool { (rank, position) < (other.rank, other.position) }
    }

    private var heap: [Candidate] = []

    mutating func push(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Candidate? {
        guard let best = heap.first, let moved = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return best }
        heap[0] = moved
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let child = children.min(by: { heap[$0].precedes(heap[$1]) }), heap[child].precedes(heap[parent])
            else { return best }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
