internal import Foundation

// P patches · N vectors in the bank · D width

/// PatchCore (Roth et al., CVPR 2022): nearest-neighbour distances of patches to a coreset of normal ones.
package enum PatchCore {
    /// One picture's scores.
    package struct Score: Sendable, Equatable {
        /// Euclidean distance of every patch to its nearest vector of the bank.
        package let patches: [Float]
        /// The bank's index of that vector.
        package let nearest: [Int]
        /// The picture's score: the largest distance, lowered where the bank is sparse around the vector found.
        package let value: Double
        /// The patch with the largest distance.
        package let worst: Int
    }

    /// Scores patches [P][D] against `bank` [N][D], weighing by the `neighbours` bank vectors nearest to the one found;
    /// with one neighbour the score is the largest distance.
    package static func score(_ patches: [[Float]], bank: [[Float]], neighbours: Int = 9) -> Score {
        precondition(!patches.isEmpty && !bank.isEmpty && neighbours > 0, "no patches, bank or neighbours")
        let squares = NearestNeighbours.squaredDistances(patches, bank: bank)
        let nearest = squares.map { row in row.indices.min { row[$0] < row[$1] } ?? 0 }
        let distances = zip(squares, nearest).map { $0[$1].squareRoot() }
        let worst = distances.indices.max { distances[$0] < distances[$1] } ?? 0
        let largest = Double(distances[worst])
        guard neighbours > 1 else {
            return Score(patches: distances, nearest: nearest, value: largest, worst: worst)
        }
        let around = NearestNeighbours.squaredDistances([bank[nearest[worst]]], bank: bank)[0]
        let support = around.enumerated().map { ($0, $1) }.stablySorted { $0.1 < $1.1 }.prefix(neighbours).map(\.0)
        let exponents = support.map { Double(squares[worst][$0].squareRoot()) }
        let highest = exponents.max() ?? 0
        let total = exponents.reduce(0) { $0 + exp($1 - highest) }
        let weight = 1 - exp((exponents.first ?? 0) - highest) / total
        return Score(patches: distances, nearest: nearest, value: weight * largest, worst: worst)
    }

    /// Greedy k-center coreset: starting from `start`, always the vector farthest from those chosen. Indices in order.
    package static func coreset(_ vectors: [[Float]], count: Int, start: Int) -> [Int] {
        precondition(vectors.indices.contains(start) && count <= vectors.count, "start \(start), count \(count)")
        guard count > 0 else { return [] }
        var chosen = [start]
        var distances = NearestNeighbours.squaredDistances([vectors[start]], bank: vectors)[0]
        while chosen.count < count {
            let farthest = distances.indices.reduce(0) { distances[$1] > distances[$0] ? $1 : $0 }
            chosen.append(farthest)
            let next = NearestNeighbours.squaredDistances([vectors[farthest]], bank: vectors)[0]
            for index in distances.indices { distances[index] = min(distances[index], next[index]) }
        }
        return chosen
    }
}
