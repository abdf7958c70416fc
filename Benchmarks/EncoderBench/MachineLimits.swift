internal import CPeaks
import NN
import Synchronization

// Letters: M rows · I inputs · O outputs.

/// What the processor can do at most, and what linear layers of a ViT-B reach of it.
struct MachineLimits {
    /// 10⁹ operations a second of all threads together: the measured peak, and that of each product.
    struct Rates {
        let peak: Double
        let products: [(name: String, rate: Double)]
    }

    let threads: Int
    private let floats, bytes: Rates

    /// The four products of a block of a ViT-B, for 1 and 16 pictures of 50 (CLIP B/32) and 196 (SigLIP B/16) tokens.
    private static let shapes = [50, 196, 800, 3136].flatMap { rows in
        [(768, 768), (768, 3072), (3072, 768)].map { (rows: rows, inputs: $0.0, outputs: $0.1) }
    }

    init(threads: Int) {
        self.threads = threads
        let team = WorkerTeam(threads: threads)
        floats = Rates(peak: Self.peak(team, cp_float_peak), products: Self.rates(team, .fp32))
        bytes = Rates(
            peak: Self.peak(team, Instructions.best == .amx ? cp_tile_peak : cp_byte_peak),
            products: Self.rates(team, .int8))
    }

    var json: String {
        "{\"threads\": \(threads), \"instructions\": \"\(Instructions.best)\", \"fp32\": \(Self.json(floats)), "
            + "\"int8\": \(Self.json(bytes))}"
    }

    private static func json(_ rates: Rates) -> String {
        let products = rates.products.map { "\"\($0.name)\": \($0.rate)" }.joined(separator: ", ")
        return "{\"peak\": \(rates.peak), \"products\": {\(products)}}"
    }

    /// The sum over all threads, all running at once; the best of three.
    private static func peak(_ team: WorkerTeam, _ measure: @escaping @convention(c) () -> Double) -> Double {
        (0..<3).map { _ in
            let total = Mutex(0.0)
            team.lead {
                WorkerTeam.share(team.threads) { _ in
                    let rate = measure()
                    total.withLock { $0 += rate }
                }
            }
            return total.withLock { $0 }
        }.max() ?? 0
    }

    /// The product alone, as layers do it: bias included, quantisation of the rows not (the profile shows it).
    private static func rates(_ team: WorkerTeam, _ precision: Precision) -> [(name: String, rate: Double)] {
        shapes.map { shape in
            // Several layers in turn: as in a model, weights come from memory and not from the cache.
            let layers = (0..<12).map { layer in
                Linear(
                    weight: values(shape.outputs, shape.inputs, seed: layer),
                    bias: Tensor(zeros: [shape.outputs]), precision: precision)
            }
            let x = values(shape.rows, shape.inputs, seed: 99)
            let seconds = (0..<36).map { turn in
                let profile = OperationProfile()
                _ = profile.record { team.lead { layers[turn % layers.count](x) } }
                return profile.durations[.product, default: .zero].seconds
            }
            let operations = 2 * Double(shape.rows * shape.inputs * shape.outputs)
            let median = seconds.sorted()[seconds.count / 2]
            return ("\(shape.rows)x\(shape.inputs)x\(shape.outputs)", operations / median / 1e9)
        }
    }

    private static func values(_ rows: Int, _ columns: Int, seed: Int) -> Tensor {
        Tensor(shape: [rows, columns]) { values in
            for i in values.indices { values[i] = Float((i &* 7919 &+ seed &* 31) % 2003) / 1000 - 1 }
        }
    }
}
