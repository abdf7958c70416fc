import NN
import VLM

/// One of the encoders that are compared, without tokenizer and preprocessing.
struct BenchEncoder {
    let imageSize: Int
    let encode: (Tensor) -> Tensor

    init(folder: String, precision: Precision) throws {
        // A folder that is no CLIP is tried as SigLIP, whose refusal is the one reported.
        if let model = try? CLIP.loadNetwork(folder: folder, precision: precision) {
            imageSize = model.imageSize
            encode = { model.encode(pixels: $0) }
        } else {
            let model = try SigLIP.loadNetwork(folder: folder, precision: precision)
            imageSize = model.imageSize
            encode = { model.encode(pixels: $0) }
        }
    }
}
