package import NN

// Letters: N tokens · G key heads · K width of a head · L layers.

/// Keys and values of the tokens that a decoder has seen, layer by layer, up to a bound that never moves. A value: copying it
/// keeps a beginning that several texts share.
package struct KVCache: Sendable {
    private struct Layer: Sendable {
        var keys, values: CompactRows
    }

    private var layers: [Layer]
    /// Most tokens it will hold.
    package private(set) var limit: Int
    /// Tokens it holds.
    package private(set) var count = 0

    /// An empty cache of `layers` layers for keys of `width` (G·K) values, kept in `format`; memory grows with what is stored.
    package init(layers: Int, width: Int, headWidth: Int, limit: Int, format: CompactRows.Format = .fp32) {
        precondition(layers > 0 && width > 0 && limit > 0, "\(layers) layers of \(width), \(limit) tokens")
        let empty = CompactRows(width: width, groupWidth: headWidth, format: format)
        self.layers = Array(repeating: Layer(keys: empty, values: empty), count: layers)
        self.limit = limit
    }

    /// Bytes that the keys and values take.
    package var byteCount: Int { layers.reduce(0) { $0 + $1.keys.byteCount + $1.values.byteCount } }

    /// Forgets all tokens from `count` on.
    package mutating func truncate(to count: Int) {
        precondition((0...self.count).contains(count), "\(count) of \(self.count) tokens")
        self.count = count
    }

    /// The same tokens in a cache of another bound, which holds them.
    package func extended(to limit: Int) -> KVCache {
        precondition(count <= limit, "\(count) tokens, at most \(limit)")
        var result = self
        result.limit = limit
        return result
    }

    /// Stores keys and values [N, G·K] of the tokens behind the first `count` in one layer; returns those of all tokens.
    mutating func append(keys: Tensor, values: Tensor, layer: Int) -> (keys: Tensor, values: Tensor) {
        let end = count + keys.shape[0]
        precondition(end <= limit, "\(end) tokens, at most \(limit)")
        let held = layers[layer].keys.rows
        if end > held {
            let room = max(end, min(limit, max(2 * held, 64)))
            layers[layer].keys.grow(to: room)
            layers[layer].values.grow(to: room)
        }
        layers[layer].keys.write(keys, at: count)
        layers[layer].values.write(values, at: count)
        return (layers[layer].keys.first(end), layers[layer].values.first(end))
    }

    /// Counts the `tokens` that every layer has stored.
    mutating func advance(_ tokens: Int) { count += tokens }
}
