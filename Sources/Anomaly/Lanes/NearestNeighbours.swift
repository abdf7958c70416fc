internal import NN

// Q queries · N vectors in the bank · D width

/// Distances to a set of vectors, by one matrix product.
package enum NearestNeighbours {
    /// queries [Q][D], bank [N][D] → [Q][N] of squared Euclidean distances.
    package static func squaredDistances(_ queries: [[Float]], bank: [[Float]]) -> [[Float]] {
        guard !queries.isEmpty, !bank.isEmpty else { return queries.map { _ in [] } }
        let products = Similarity.dot(rows: Tensor(rows: queries), columns: Tensor(rows: bank)).rowArrays
        let lengths = bank.map(squaredLength)
        return zip(products, queries).map { row, query in
            let own = squaredLength(query)
            return zip(row, lengths).map { max(0, own + $1 - 2 * $0) }
        }
    }

    /// Per query the squared distance to its nearest vector of `bank`, which must not be empty.
    package static func nearestSquared(_ queries: [[Float]], bank: [[Float]]) -> [Float] {
        precondition(!bank.isEmpty, "nearest of none")
        return squaredDistances(queries, bank: bank).map { $0.min() ?? 0 }
    }

    /// Mean Euclidean distance to the `count` nearest vectors of each query: a k-nearest-neighbour density, low where
    /// `bank` is dense.
    package static func density(_ queries: [[Float]], bank: [[Float]], count: Int) -> [Float] {
        squaredDistances(queries, bank: bank).map { row in
            let nearest = row.sorted().prefix(max(1, count))
            return nearest.isEmpty ? 0 : nearest.reduce(0) { $0 + $1.squareRoot() } / Float(nearest.count)
        }
    }

    private static func squaredLength(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 } }
}
