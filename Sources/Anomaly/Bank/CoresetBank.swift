package import Base
internal import NN

// N vectors in the bank · Q queries · D width

/// A bounded set of vectors that covers everything normal: a streaming k-center coreset.
///
/// A vector is taken in when nothing in the bank lies within the radius. In a full bank the closest pair becomes the new
/// radius and loses the member that was matched less recently (the doubling cover of Charikar et al., 1997, with the
/// radius growing by single vectors, so that distances never jump all at once). Memory and the cost of a query are fixed;
/// rare but normal views are kept.
package struct CoresetBank: Sendable {
    /// How distances are measured.
    package enum Metric: String, Sendable, Codable {
        /// 1 − cosine of vectors of length 1, in 0…2.
        case cosine
        /// Euclidean.
        case euclidean
    }

    /// A vector of the bank near a query.
    package struct Neighbour: Sendable, Equatable {
        package let distance: Float
        /// When the vector was seen first.
        package let seen: WallTime
        package let index: Int
    }

    package let capacity: Int
    package let width: Int
    package let metric: Metric
    package private(set) var radius: Float
    private var matrix: Tensor  // [allocated, D]
    private var squares: [Float] = []
    private var seen: [WallTime] = []
    private var matched: [WallTime] = []
    private var closest: [(distance: Float, index: Int)] = []

    package init(capacity: Int, width: Int, radius: Float, metric: Metric = .cosine) {
        precondition(capacity > 1 && width > 0 && radius >= 0, "bank of \(capacity) × \(width), radius \(radius)")
        self.capacity = capacity
        self.width = width
        self.metric = metric
        self.radius = radius
        matrix = Tensor(zeros: [0, width])
    }

    package var count: Int { seen.count }

    /// Bytes of vectors that are held now.
    var byteCount: Int { matrix.count * 4 + count * 32 }

    /// queries [Q, D] → Q rows of N distances.
    func distances(_ queries: Tensor) -> [[Float]] {
        guard count > 0 else { return (0..<queries.shape[0]).map { _ in [] } }
        let products = Similarity.dot(rows: queries, columns: matrix.rows(0..<count))
        let count = count
        return products.withValues { values in
            (0..<queries.shape[0]).map { row in
                let own = values[row * count..<(row + 1) * count]
                if metric == .cosine { return own.map { max(0, 1 - $0) } }
                let length = squareLength(queries[row].values)
                return zip(own, squares).map { max(0, length + $1 - 2 * $0).squareRoot() }
            }
        }
    }

    /// The same for arrays of D values.
    package func distances(_ queries: [[Float]]) -> [[Float]] { distances(Tensor(rows: queries)) }

    /// The `count` nearest by `distances`, nearest first.
    package func neighbours(_ distances: [Float], count wanted: Int) -> [Neighbour] {
        guard wanted > 0 else { return [] }
        var best: [(distance: Float, index: Int)] = []
        var farthest = Float.infinity
        for index in distances.indices where distances[index] < farthest {
            let distance = distances[index]
            let place = best.firstIndex { $0.distance > distance } ?? best.count
            best.insert((distance, index), at: place)
            if best.count > wanted { best.removeLast() }
            if best.count == wanted { farthest = best[wanted - 1].distance }
        }
        return best.map { Neighbour(distance: $0.distance, seen: seen[$0.index], index: $0.index) }
    }

    /// Notes that what is normal looked like vector `index` at `time`.
    mutating func match(_ index: Int, at time: WallTime) { matched[index] = max(matched[index], time) }

    /// The vector `index`.
    func vector(_ index: Int) -> [Float] { matrix[index].values }

    /// Takes `vector` in unless the bank covers it already.
    package mutating func insert(_ vector: [Float], at time: WallTime) {
        precondition(vector.count == width, "vector of \(vector.count) in a bank of \(width)")
        let row = distances([vector])[0]
        let near = neighbours(row, count: 1).first
        if let near, near.distance <= radius {
            match(near.index, at: time)
            return
        }
        guard count == capacity else {
            append(vector, row, near, at: time)
            return
        }
        let tightest = closest.indices.min { closest[$0].distance < closest[$1].distance } ?? 0
        let gap = closest[tightest].distance
        if let near, near.distance <= gap {
            radius = max(radius, near.distance)
            match(near.index, at: time)
            return
        }
        radius = max(radius, gap)
        let other = closest[tightest].index
        let victim = matched[tightest] < matched[other] ? tightest : other
        remove(victim)
        insertUncovered(vector, at: time)
    }

    /// Removes the vectors that were first seen in `span`, its end included.
    mutating func removeAll(seenIn span: TimeSpan) {
        for index in seen.indices.reversed() where seen[index] >= span.start && seen[index] <= span.end {
            remove(index)
        }
    }

    /// Drops what was not matched since `limit`, but never the last vector.
    mutating func age(before limit: WallTime) {
        for index in matched.indices.reversed() where matched[index] < limit && count > 1 { remove(index) }
    }

    private mutating func insertUncovered(_ vector: [Float], at time: WallTime) {
        let row = distances([vector])[0]
        append(vector, row, neighbours(row, count: 1).first, at: time)
    }

    private mutating func append(_ vector: [Float], _ row: [Float], _ near: Neighbour?, at time: WallTime) {
        let index = count
        if index == matrix.shape[0] { grow() }
        matrix.withMutableValues { values in
            for d in 0..<width { values[index * width + d] = vector[d] }
        }
        for other in row.indices where row[other] < closest[other].distance { closest[other] = (row[other], index) }
        squares.append(squareLength(vector))
        seen.append(time)
        matched.append(time)
        closest.append((near?.distance ?? .infinity, near?.index ?? index))
    }

    /// Moves the last vector into place `index`.
    private mutating func remove(_ index: Int) {
        let last = count - 1
        matrix.withMutableValues { values in
            for d in 0..<width where index != last { values[index * width + d] = values[last * width + d] }
        }
        squares.swapAt(index, last)
        seen.swapAt(index, last)
        matched.swapAt(index, last)
        closest.swapAt(index, last)
        squares.removeLast()
        seen.removeLast()
        matched.removeLast()
        closest.removeLast()
        // Whoever was closest to the removed one looks anew; whoever was closest to the moved one follows it.
        for other in closest.indices {
            if closest[other].index == index {
                findClosest(other)
            } else if closest[other].index == last {
                closest[other].index = index
            }
        }
    }

    private mutating func findClosest(_ index: Int) {
        var row = distances(matrix.rows(index..<index + 1))[0]
        row[index] = .infinity
        let best = row.indices.min { row[$0] < row[$1] } ?? index
        closest[index] = (row[best], best)
    }

    private mutating func grow() {
        let rows = min(capacity, max(16, 2 * matrix.shape[0]))
        var larger = Tensor(zeros: [rows, width])
        let old = matrix.values
        larger.withMutableValues { values in
            for index in old.indices { values[index] = old[index] }
        }
        matrix = larger
    }

    private func squareLength(_ vector: [Float]) -> Float {
        metric == .cosine ? 1 : vector.reduce(0) { $0 + $1 * $1 }
    }
}

extension CoresetBank: Codable {
    private enum Key: String, CodingKey {
        case capacity, width, metric, radius, vectors, seen, matched
    }

    /// Throws `DecodingError` unless the parts fit together.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let capacity = try container.decode(Int.self, forKey: .capacity)
        let width = try container.decode(Int.self, forKey: .width)
        let radius = try container.decode(Float.self, forKey: .radius)
        let vectors = try container.decode(PackedFloats.self, forKey: .vectors).values
        let seen = try container.decode([WallTime].self, forKey: .seen)
        let matched = try container.decode([WallTime].self, forKey: .matched)
        let fits =
            (2...65_536).contains(capacity) && (1...65_536).contains(width) && radius >= 0 && radius.isFinite
            && seen.count <= capacity && seen.count == matched.count && vectors.count == seen.count * width
        guard fits else {
            throw DecodingError.dataCorruptedError(
                forKey: .vectors, in: container,
                debugDescription: "bank of \(capacity) × \(width) with \(vectors.count) values, \(seen.count) times")
        }
        self.init(
            capacity: capacity, width: width, radius: radius,
            metric: try container.decode(Metric.self, forKey: .metric))
        self.seen = seen
        self.matched = matched
        let rows = min(capacity, max(16, seen.count))
        matrix = Tensor(vectors + [Float](repeating: 0, count: (rows - seen.count) * width), shape: [rows, width])
        squares = seen.indices.map { squareLength(vector($0)) }
        closest = seen.indices.map { _ in (.infinity, 0) }
        for index in seen.indices { findClosest(index) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(capacity, forKey: .capacity)
        try container.encode(width, forKey: .width)
        try container.encode(metric, forKey: .metric)
        try container.encode(radius, forKey: .radius)
        try container.encode(PackedFloats(Array(matrix.values.prefix(count * width))), forKey: .vectors)
        try container.encode(seen, forKey: .seen)
        try container.encode(matched, forKey: .matched)
    }
}
