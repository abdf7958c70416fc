import NN

extension ImageProcessor {
    /// Reads `folder/preprocessor_config.json`, for an encoder of `side` × `side`.
    package init(folder: String, side: Int) throws(ModelError) {
        self = try ImageProcessor(ConfigurationFile(folder: folder, name: "preprocessor_config.json"), side: side)
    }

    /// Reads `file`, a `preprocessor_config.json`; missing values are `CLIPImageProcessor`'s defaults. Refuses one that
    /// does not end at pictures of `side` × `side`.
    init(_ file: ConfigurationFile, side: Int) throws(ModelError) {
        let resize = try file.bool("do_resize", default: true) ? try Self.resize(file) : nil
        let crop = try file.bool("do_center_crop", default: true) ? try Self.crop(file) : nil
        try Self.check(resize, crop, side, file)
        let number = try file.integer("resample", default: ResampleFilter.bicubic.rawValue, in: 0...5)
        let isRescaling = try file.bool("do_rescale", default: true)
        let factor = try file.number("rescale_factor", default: 1 / 255, in: -1e6...1e6)
        let isNormalising = try file.bool("do_normalize", default: true)
        let mean = try Self.triple("image_mean", of: file, default: Self.clipMean, in: -1e6...1e6)
        let deviation = try Self.triple("image_std", of: file, default: Self.clipDeviation, in: 1e-6...1e6)
        self.init(
            resize: resize, filter: ResampleFilter(rawValue: number) ?? .bicubic, crop: crop,
            scale: isRescaling ? factor : 1, mean: isNormalising ? mean : [0, 0, 0],
            deviation: isNormalising ? deviation : [1, 1, 1])
    }

    /// The processor of a CLIP folder that holds no `preprocessor_config.json`: all defaults at the encoder's own size.
    package static func clip(side: Int) -> ImageProcessor {
        ImageProcessor(
            resize: .shortestEdge(side), filter: .bicubic, crop: (side, side), scale: 1 / 255, mean: clipMean,
            deviation: clipDeviation)
    }

    // transformers, image_utils.py: OPENAI_CLIP_MEAN, OPENAI_CLIP_STD
    private static let clipMean: [Float] = [0.48145466, 0.4578275, 0.40821073]
    private static let clipDeviation: [Float] = [0.26862954, 0.26130258, 0.27577711]

    private static let sides = 1...8192

    private static func resize(_ file: ConfigurationFile) throws(ModelError) -> Resize {
        if file.json["size"]?.integer != nil || !file.has("size") {
            return .shortestEdge(try file.integer("size", default: 224, in: sides))
        }
        let size = try file.object("size")
        if size.has("shortest_edge") {
            guard !size.has("longest_edge") else { throw size.refusal("longest_edge", "not supported") }
            return .shortestEdge(try size.integer("shortest_edge", default: 224, in: sides))
        }
        guard size.has("height"), size.has("width") else {
            throw file.refusal("size", "neither shortest_edge nor height and width")
        }
        return .exact(
            width: try size.integer("width", default: 224, in: sides),
            height: try size.integer("height", default: 224, in: sides))
    }

    private static func crop(_ file: ConfigurationFile) throws(ModelError) -> (width: Int, height: Int) {
        if file.json["crop_size"]?.integer != nil || !file.has("crop_size") {
            let side = try file.integer("crop_size", default: 224, in: sides)
            return (side, side)
        }
        let size = try file.object("crop_size")
        return (
            try size.integer("width", default: 224, in: sides), try size.integer("height", default: 224, in: sides)
        )
    }

    private static func check(
        _ resize: Resize?, _ crop: (width: Int, height: Int)?, _ side: Int, _ file: ConfigurationFile
    ) throws(ModelError) {
        if let crop {
            guard crop == (side, side) else {
                throw file.refusal("crop_size", "\(crop.width)×\(crop.height), but image_size is \(side)")
            }
        } else {
            guard resize == .exact(width: side, height: side) else {
                throw file.refusal("size", "without a crop it must be image_size, \(side)×\(side)")
            }
        }
    }

    private static func triple(
        _ key: String, of file: ConfigurationFile, default fallback: [Float], in range: ClosedRange<Double>
    ) throws(ModelError) -> [Float] {
        guard let value = file.json[key] else { return fallback }
        let numbers = (value.array ?? []).compactMap(\.number).filter(range.contains)
        guard numbers.count == 3, value.array?.count == 3 else {
            throw file.refusal(key, "expected three numbers in \(range)")
        }
        return numbers.map { Float($0) }
    }
}
