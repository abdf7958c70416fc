import NN

// Letters: N tokens · G key heads · K width of a head · L layers.

/// Keys and values of the tokens that a decoder has seen, layer by layer, up to a bound that never moves. A value: copying it
/// keeps a beginning that several texts share.
package struct KVCache: Sendable {
    private struct Layer: Sendable {
        var keys, values: Tensor
    }

    private var layers: [Layer]
    private let width: Int
    /// Most tokens it will hold.
    package let limit: Int
    /// Tokens it holds.
    package private(set) var count = 0

    /// An empty cache of `layers` layers for keys of `width` (G·K) values; memory grows with what is stored.
    package init(layers: Int, width: Int, limit: Int) {
        precondition(layers > 0 && width > 0 && limit > 0, "\(layers) layers of \(width), \(limit) tokens")
        self.layers = Array(
            repeating: Layer(keys: Tensor(zeros: [0, width]), values: Tensor(zeros: [0, width])), count: layers)
        self.width = width
        self.limit = limit
    }

    /// Bytes that the keys and values take.
    package var byteCount: Int { layers.reduce(0) { $0 + 4 * ($1.keys.count + $1.values.count) } }

    /// Forgets all tokens from `count` on.
    package mutating func truncate(to count: Int) {
        precondition((0...self.count).contains(count), "\(count) of \(self.count) tokens")
        self.count = count
    }

    /// Stores keys and values [N, G·K] of the tokens behind the first `count` in one layer; returns those of all tokens.
    mutating func append(keys: Tensor, values: Tensor, layer: Int) -> (keys: Tensor, values: Tensor) {
        let end = count + keys.shape[0]
        precondition(end <= limit, "\(end) tokens, at most \(limit)")
        reserve(end, layer)
        Self.write(keys, to: &layers[layer].keys, at: count)
        Self.write(values, to: &layers[layer].values, at: count)
        return (layers[layer].keys.rows(0..<end), layers[layer].values.rows(0..<end))
    }

    /// Counts the `tokens` that every layer has stored.
    mutating func advance(_ tokens: Int) { count += tokens }

    private mutating func reserve(_ tokens: Int, _ layer: Int) {
        let held = layers[layer].keys.shape[0]
        guard tokens > held else { return }
        let room = min(limit, max(tokens, 2 * held, 64)) - held
        let more = Tensor(zeros: [room, width])
        layers[layer].keys = Tensor(joining: [layers[layer].keys, more])
        layers[layer].values = Tensor(joining: [layers[layer].values, more])
    }

    private static func write(_ rows: Tensor, to target: inout Tensor, at start: Int) {
        let width = target.shape[1]
        rows.expect(nil, width)
        target.withMutableValues { target in
            rows.withValues { source in for i in 0..<source.count { target[start * width + i] = source[i] } }
        }
    }
}
