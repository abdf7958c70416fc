internal import Base
internal import NN

/// A bounded set of encodings that covers everything normal: a streaming k-center coreset.
///
/// A vector is taken in when nothing in the bank lies within the radius. When the bank is full the radius grows by a
/// quarter and vectors that now lie within it of an earlier one are dropped, so that memory and the cost of a query
/// stay fixed and rare but normal views are kept (Charikar et al., "Incremental clustering and dynamic information
/// retrieval", 1997, in the form of a doubling cover).
struct MemoryBank: Sendable {
    // N vectors in the bank · K vectors asked about · D width
    private let capacity: Int
    private var radius: Float
    private var vectors: [[Float]] = []
    private var times: [WallTime] = []
    private var matrix = Tensor(rows: [])  // [N, D], rebuilt when the bank changes

    init(capacity: Int, radius: Float) {
        precondition(capacity > 1 && radius > 0)
        self.capacity = capacity
        self.radius = radius
    }

    var count: Int { vectors.count }

    /// Distance 1 − cosine and time of each vector's nearest neighbour; nil while the bank is empty.
    func nearest(_ queries: [[Float]]) -> [(distance: Float, time: WallTime)]? {
        guard !vectors.isEmpty else { return nil }
        let cosines = Similarity.dot(rows: Tensor(rows: queries), columns: matrix).rowArrays  // [K, N]
        return cosines.map { row in
            let best = row.indices.max { row[$0] < row[$1] } ?? 0
            return (max(0, 1 - row[best]), times[best])
        }
    }

    /// Takes an L2-normalised vector in unless the bank covers it already.
    mutating func insert(_ vector: [Float], at time: WallTime) {
        if let known = nearest([vector])?.first, known.distance <= radius { return }
        vectors.append(vector)
        times.append(time)
        while vectors.count > capacity { thin() }
        matrix = Tensor(rows: vectors)
    }

    private mutating func thin() {
        radius *= 1.25
        let all = Tensor(rows: vectors)
        let cosines = Similarity.dot(rows: all, columns: all).rowArrays
        var kept: [Int] = []
        for i in vectors.indices where kept.allSatisfy({ 1 - cosines[i][$0] > radius }) { kept.append(i) }
        vectors = kept.map { vectors[$0] }
        times = kept.map { times[$0] }
    }
}
