internal import NN

/// Where in a checkpoint UniVTG's weights begin, and the dimensions that their shapes say.
struct UniVTGLayout {
    let scope: Checkpoint
    let configuration: UniVTG.Configuration

    init(_ weights: Checkpoint, heads: Int) throws(WeightsError) {
        let file = weights.paths.first ?? "(no file)"
        let mark = "input_vid_proj.0.net.1.weight"
        let entries = weights.entries
        guard let key = entries.keys.filter({ $0 == mark || $0.hasSuffix("." + mark) }).min() else {
            throw .missingKey(file: file, key: mark)
        }
        let prefix = String(key.dropLast(mark.count))
        func shape(_ name: String, rank: Int) throws(WeightsError) -> [Int] {
            guard let entry = entries[prefix + name] else { throw .missingKey(file: file, key: prefix + name) }
            guard entry.shape.count == rank else {
                throw .wrongShape(
                    file: file, key: prefix + name, expected: Array(repeating: 0, count: rank), found: entry.shape)
            }
            return entry.shape
        }
        let video = try shape(mark, rank: 2)
        let text = try shape("input_txt_proj.0.net.1.weight", rank: 2)
        let feedForward = try shape("transformer.encoder.layers.0.linear1.weight", rank: 2)
        var layers = 0
        while entries[prefix + "transformer.encoder.layers.\(layers).linear1.weight"] != nil { layers += 1 }
        let stored = weights["opt"].setting("nheads")?.integer
        let heads = stored ?? heads
        guard heads > 0, video[0] % heads == 0, video[0] > 0, video[1] > 2 else {
            let shown = min(max(heads, 1), 1 << 20)
            throw .wrongShape(file: file, key: key, expected: [shown, max(video[1], 3)], found: video)
        }
        configuration = UniVTG.Configuration(
            width: video[0], feedForward: feedForward[0], heads: heads, layers: layers, videoWidth: video[1],
            textWidth: text[1])
        scope = prefix.split(separator: ".").reduce(weights) { $0[String($1)] }
    }
}
