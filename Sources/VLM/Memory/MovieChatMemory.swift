package import NN

// Letters: q tokens of a frame · h width of a token · n positions of the base table · F frames.

/// MovieChat's memory (Song et al. 2024, section 3.2): a short buffer of frames; when a fragment closes, its most alike
/// neighbours are merged until few are left, and these go to the long memory. A value: a copy is a snapshot.
package struct MovieChatMemory: Sendable {
    /// How alike two neighbouring frames are.
    package enum Rule: Sendable {
        /// The mean of all products between their tokens, as the authors' code has it.
        case product
        /// The mean cosine of tokens at the same place, as the paper has it.
        case cosine
    }

    /// The numbers of the published model.
    package struct Settings: Sendable {
        package var rule = Rule.product
        /// Frames that the buffer holds; more push the oldest out.
        package var shortLimit = 18
        /// Frames that a fragment leaves.
        package var fragmentTarget = 2
        /// The frames that a fragment leaves begin the next one, as the paper has it.
        package var carriesMerged = false

        /// The authors' code.
        package init() {}
    }

    private let settings: Settings
    private var buffer: [Tensor] = []
    /// Merged frames, oldest first, [q, h] each.
    package private(set) var long: [Tensor] = []
    /// The frames of the last closed fragment before they were merged.
    package private(set) var lastFragment: [Tensor] = []

    /// An empty memory.
    package init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Adds the tokens [q, h] of the next frame.
    package mutating func append(_ frame: Tensor) {
        frame.expect(nil, nil)
        if buffer.count == settings.shortLimit { buffer.removeFirst() }
        buffer.append(frame)
    }

    /// Moves what the open fragment holds, merged, to the long memory.
    package mutating func closeFragment() {
        lastFragment = buffer
        let merged = Self.merged(buffer, target: settings.fragmentTarget, rule: settings.rule).frames
        long += merged
        buffer = settings.carriesMerged ? merged : []
    }

    /// Forgets the oldest merged frames beyond `limit`.
    package mutating func trim(to limit: Int) { long.removeFirst(max(0, long.count - limit)) }

    /// Merges the most alike neighbours of `frames` into their mean, the first of equals, until `target` are left; `places`
    /// are where the merges were.
    package static func merged(_ frames: [Tensor], target: Int, rule: Rule) -> (frames: [Tensor], places: [Int]) {
        var (frames, places) = (frames, [Int]())
        var scores = zip(frames, frames.dropFirst()).map { likeness($0, $1, rule) }
        while frames.count > max(1, target) {
            let place = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
            frames[place] = mean(frames[place], frames.remove(at: place + 1))
            scores.remove(at: place)
            for pair in [place - 1, place] where scores.indices.contains(pair) {
                scores[pair] = likeness(frames[pair], frames[pair + 1], rule)
            }
            places.append(place)
        }
        return (frames, places)
    }

    private static func likeness(_ a: Tensor, _ b: Tensor, _ rule: Rule) -> Float {
        switch rule {
        case .product:
            let products = Similarity.dot(rows: a, columns: b)
            return products.values.reduce(0, +) / Float(products.count)
        case .cosine:
            let (a, b) = (a.normalisedRows(), b.normalisedRows())
            let sum = a.withValues { a in b.withValues { b in zip(a, b).reduce(Float(0)) { $0 + $1.0 * $1.1 } } }
            return sum / Float(a.shape[0])
        }
    }

    private static func mean(_ a: Tensor, _ b: Tensor) -> Tensor {
        var result = a
        result.add(b)
        result.withMutableValues { values in for i in values.indices { values[i] /= 2 } }
        return result
    }
}

extension MovieChatMemory {
    /// base [n, h] → [n², h]: positions i·n + j that n trained ones span (Su 2020, hierarchical decomposition; α = 0.01 in the
    /// authors' code). The first n are the base.
    package static func extendedPositions(_ base: Tensor, alpha: Float) -> Tensor {
        let (count, width) = (base.shape[0], base.shape[1])
        return Tensor(shape: [count * count, width]) { result in
            base.withValues { base in
                let parts = base.indices.map { (base[$0] - alpha * base[$0 % width]) / (1 - alpha) }
                for place in 0..<count * count {
                    let (outer, inner) = (place / count * width, place % count * width)
                    for i in 0..<width {
                        result[place * width + i] = alpha * parts[outer + i] + (1 - alpha) * parts[inner + i]
                    }
                }
            }
        }
    }

    /// All merged frames with their positions [F·q, h], the newest that the `positions` [n², h] reach.
    package func globalInput(_ positions: Tensor) -> Tensor {
        Self.placed(Array(long.suffix(positions.shape[0])), positions)
    }

    /// Merged frames, the last fragment's frames and the current one with their positions [F·q, h]. Where the positions do not
    /// reach, the oldest of the last fragment go first, then the oldest merged.
    package func breakpointInput(current: Tensor, _ positions: Tensor) -> Tensor {
        let room = positions.shape[0] - 1
        let recent = lastFragment.suffix(max(0, room - long.count))
        return Self.placed(Array((long + recent).suffix(room)) + [current], positions)
    }

    /// frames [q, h], position k added to every token of frame k → [F·q, h].
    private static func placed(_ frames: [Tensor], _ positions: Tensor) -> Tensor {
        Tensor(
            joining: frames.enumerated().map { index, frame in
                var frame = frame
                frame.add(positions.gathered(rows: Array(repeating: index, count: frame.shape[0])))
                return frame
            })
    }
}
