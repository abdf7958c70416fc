/// What a camera usually shows: how sharp its picture is and where its lasting edges lie.
struct LearntView: Sendable {
    /// Seconds of pictures that went into it.
    private(set) var seconds = 0.0
    /// The camera's own sharpness; nil before it has shown an edge.
    private(set) var sharpness: Double?

    private let (columns, rows): (Int, Int)
    private let thresholds: FaultThresholds
    /// For each direction and cell the share of the time that an edge is there.
    private var presence: [Float]
    private var pictures = 0

    /// Nothing learnt yet, of pictures with as many cells as `measure`.
    init(like measure: SceneMeasure, _ thresholds: FaultThresholds) {
        (columns, rows, self.thresholds) = (measure.columns, measure.rows, thresholds)
        presence = [Float](repeating: 0, count: measure.columns * measure.rows * SceneMeasure.directions)
    }

    /// Whether enough was seen to judge by.
    var isKnown: Bool { seconds >= thresholds.learnFor }

    /// Takes in a picture that stood for `elapsed` seconds.
    mutating func learn(_ measure: SceneMeasure, elapsed: Double) {
        pictures += 1
        seconds += elapsed
        // A plain mean at first, then one that forgets (1 - exp(-t/T) of a small t/T).
        let share = Float(min(1, max(1 / Double(pictures), elapsed / thresholds.memory)))
        for cell in measure.edges.indices {
            for direction in 0..<SceneMeasure.directions {
                let at = direction * measure.edges.count + cell
                presence[at] += share * ((Int(measure.edges[cell]) == direction + 1 ? 1 : 0) - presence[at])
            }
        }
        guard let seen = measure.sharpness, measure.edgeShare >= thresholds.leastEdges else { return }
        sharpness = sharpness.map { $0 + Double(share) * (seen - $0) } ?? seen
    }

    /// How far the lasting edges are found in `measure`, a cell more or less apart: 1 in full, 0 as by chance; nil when
    /// there are too few to tell.
    func agreement(with measure: SceneMeasure) -> Double? {
        let count = columns * rows
        var (lasting, found, chance) = (0, 0, 0.0)
        for direction in 0..<SceneMeasure.directions {
            let near = Self.widened(measure, direction)
            let share = Double(near.reduce(0) { $0 + Int($1) }) / Double(count)
            for cell in 0..<count where presence[direction * count + cell] > Float(thresholds.persistent) {
                lasting += 1
                found += Int(near[cell])
                chance += share
            }
        }
        guard Double(lasting) >= thresholds.leastEdges * Double(count) else { return nil }
        let expected = chance / Double(lasting)
        return expected < 0.9 ? (Double(found) / Double(lasting) - expected) / (1 - expected) : nil
    }

    /// 1 in every cell that has, or touches one that has, an edge of `direction`.
    private static func widened(_ measure: SceneMeasure, _ direction: Int) -> [UInt8] {
        let (columns, rows) = (measure.columns, measure.rows)
        var near = [UInt8](repeating: 0, count: columns * rows)
        for row in 1..<max(1, rows - 1) {
            for column in 1..<max(1, columns - 1) where Int(measure.edges[row * columns + column]) == direction + 1 {
                for y in row - 1...row + 1 {
                    for x in column - 1...column + 1 { near[y * columns + x] = 1 }
                }
            }
        }
        return near
    }
}
