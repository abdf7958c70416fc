internal import Base
internal import Foundation

/// How often a sentence that does not hold seems to, on one camera: its scores of many decoy sentences, each measured by its own
/// background, declustered into events and pooled. An hour of 200 decoys says as much about rare false alarms as eight days of one.
public struct DecoyNull: Sendable {
    /// Rises of one decoy within this many seconds are one event.
    public static let cooldown = 30.0
    /// Seconds after which what was seen counts half.
    public static let halfLife = 7 * 86_400.0
    /// Seconds before backgrounds are known, and between estimates of them.
    static let (warming, interval) = (120.0, 600.0)
    /// Share of the decoys left out, those that seem to hold most often: a few may be true on this camera.
    private static let leftOut = 0.05

    private var histograms: [ScoreHistogram]
    private var backgrounds: [ScoreHistogram.Background?]
    /// Events by decoy and level, and when each level was last reached.
    private var counts: [Float]
    private var lastRise: [Double]
    /// Decayed seconds in which events were counted.
    private var exposure = 0.0
    private var first, refreshed: Double?

    /// A null of `count` decoys of which nothing is known.
    public init(count: Int) {
        histograms = Array(repeating: ScoreHistogram(halfLife: Self.halfLife), count: count)
        backgrounds = Array(repeating: nil, count: count)
        counts = Array(repeating: 0, count: count * ExceedanceGrid.levels)
        lastRise = Array(repeating: -.infinity, count: count * ExceedanceGrid.levels)
    }

    /// How many decoys there are.
    public var count: Int { histograms.count }

    /// Times begin anew with the next frame: the clock was changed.
    public mutating func restartClock() {
        for index in histograms.indices { histograms[index].restartClock() }
        for index in lastRise.indices { lastRise[index] = -.infinity }
        (first, refreshed) = (nil, nil)
    }

    /// Days of all decoys together that were watched.
    public var days: Double { exposure * Double(histograms.count) / 86_400 }

    /// Takes the decoys' similarities of a frame at `seconds` that stands for `duration` seconds; returns whether backgrounds were
    /// estimated anew, so that levels may have changed.
    public mutating func take(_ similarities: [Float], at seconds: Double, duration: Double) -> Bool {
        precondition(similarities.count == histograms.count, "\(similarities.count) decoys")
        let begin = first ?? seconds
        first = begin
        var isKnown = refreshed != nil
        for (decoy, similarity) in similarities.enumerated() {
            histograms[decoy].insert(Double(similarity), at: seconds)
            guard isKnown, let background = backgrounds[decoy] else { continue }
            rise(decoy, to: (Double(similarity) - background.mean) / background.deviation, at: seconds)
        }
        if isKnown { exposure += duration }
        guard seconds - begin >= Self.warming, seconds - (refreshed ?? -.infinity) >= Self.interval else {
            return false
        }
        isKnown = true
        let factor = refreshed.map { Float(exp2(-(seconds - $0) / Self.halfLife)) } ?? 1
        for index in counts.indices { counts[index] *= factor }
        exposure *= Double(factor)
        backgrounds = histograms.map(\.medianBackground)
        refreshed = seconds
        return true
    }

    private mutating func rise(_ decoy: Int, to score: Double, at seconds: Double) {
        guard score >= ExceedanceGrid.lowest else { return }
        let top = min(Int((score - ExceedanceGrid.lowest) / ExceedanceGrid.step + 1e-9), ExceedanceGrid.levels - 1)
        let base = decoy * ExceedanceGrid.levels
        for index in base...base + top {
            if seconds - lastRise[index] > Self.cooldown { counts[index] += 1 }
            lastRise[index] = seconds
        }
    }

    /// The score, in deviations above the background, that a sentence which does not hold reaches at most `perDay` times a day; nil
    /// while too little was watched to say.
    public func level(perDay: Double) -> Double? {
        let decoys = histograms.count
        guard decoys > 0, days * perDay >= 3 else { return nil }
        let levels = ExceedanceGrid.levels
        let three = Int(((3 - ExceedanceGrid.lowest) / ExceedanceGrid.step).rounded())
        let order = (0..<decoys).sorted { counts[$0 * levels + three] < counts[$1 * levels + three] }
        let kept = order.prefix(max(1, Int((Double(decoys) * (1 - Self.leftOut)).rounded())))
        let pooled = (0..<levels).map { level in kept.reduce(0.0) { $0 + Double(counts[$1 * levels + level]) } }
        let grid = ExceedanceGrid(
            counts: pooled, seconds: exposure * Double(kept.count), cooldown: Self.cooldown, halfLife: Self.halfLife)
        return grid.level(perDay: perDay)?.score
    }
}

extension DecoyNull: Codable {
    private enum Key: CodingKey { case histograms, counts, exposure, first, refreshed }

    /// Throws `DecodingError` for what no null has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let histograms = try container.decode([ScoreHistogram].self, forKey: .histograms)
        let counts = try container.decode(PackedFloats.self, forKey: .counts).values
        let exposure = try container.decode(Double.self, forKey: .exposure)
        self.init(count: histograms.count)
        guard counts.count == self.counts.count, counts.allSatisfy({ $0 >= 0 }), exposure >= 0, exposure.isFinite
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "a null of decoys is damaged")
        }
        (self.histograms, self.counts, self.exposure) = (histograms, counts, exposure)
        first = try container.decodeIfPresent(Double.self, forKey: .first)
        refreshed = try container.decodeIfPresent(Double.self, forKey: .refreshed)
        if refreshed != nil { backgrounds = histograms.map(\.medianBackground) }
    }

    /// All but the rises of the last seconds. Throws what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(histograms, forKey: .histograms)
        try container.encode(PackedFloats(counts), forKey: .counts)
        try container.encode(exposure, forKey: .exposure)
        try container.encodeIfPresent(first, forKey: .first)
        try container.encodeIfPresent(refreshed, forKey: .refreshed)
    }
}
