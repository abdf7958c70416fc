/// The merges of a byte-pair vocabulary, and the merging itself (Sennrich et al. 2016): best rank first, leftmost among
/// equals, until none applies. Time is n log n in the number of symbols, whatever they are.
struct MergeTable: Sendable {
    /// One merge: which rank it has and which piece it makes.
    struct Merge: Sendable {
        let rank: Int32
        let piece: Int32
    }

    private var merges: [UInt64: Merge] = [:]

    init(capacity: Int) { merges.reserveCapacity(capacity) }

    /// Adds a merge of two neighbouring pieces; of several for one pair the first stays.
    mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        if merges[key] == nil { merges[key] = merge }
    }

    /// What repeated merging leaves of `start`; adds the merges that were looked at to `steps`.
    func merged(_ start: [Int32], steps: inout Int) -> [Int] {
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
        steps += pieces.count
        while let candidate = queue.pop() {
            steps += 1
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
