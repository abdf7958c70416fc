import NN

extension ImageProcessor {
    /// What a model's own processor does where its file is silent (the class attributes in transformers; all sizes there are
    /// 224). Without a file they hold at the encoder's own size.
    package struct Defaults {
        var resize: Resize
        var crop: Int?
        var mean, deviation: [Float]

        /// `CLIPImageProcessor`.
        package static func clip(side: Int) -> Defaults {
            Defaults(resize: .shortestEdge(side), crop: side, mean: clipMean, deviation: clipDeviation)
        }

        /// `SiglipImageProcessor`: both sides are brought to the size, whatever the proportion.
        package static func siglip(side: Int) -> Defaults {
            Defaults(resize: .exact(width: side, height: side), crop: nil, mean: halves, deviation: halves)
        }

        /// `BlipImageProcessor`: both sides are brought to the size.
        static func blip(side: Int) -> Defaults {
            Defaults(
                resize: .exact(width: side, height: side), crop: nil, mean: clipMean, deviation: clipDeviation)
        }

        /// `Siglip2ImageProcessor`, whose size ``PatchProcessor`` finds for each picture.
        static let naflex = siglip(side: 1)

        // transformers, image_utils.py: OPENAI_CLIP_MEAN, OPENAI_CLIP_STD, IMAGENET_STANDARD_MEAN
        private static let clipMean: [Float] = [0.48145466, 0.4578275, 0.40821073]
        private static let clipDeviation: [Float] = [0.26862954, 0.26130258, 0.27577711]
        private static let halves: [Float] = [0.5, 0.5, 0.5]
    }

    /// Reads `folder/preprocessor_config.json`, for a CLIP encoder of `side` × `side`.
    package init(folder: String, side: Int) throws(ModelError) {
        let file = try ConfigurationFile(folder: folder, name: "preprocessor_config.json")
        self = try ImageProcessor(file, side: side, defaults: .clip(side: 224))
    }

    /// Reads `folder/preprocessor_config.json`, for a SigLIP encoder of `side` × `side`.
    package static func siglip(folder: String, side: Int) throws(ModelError) -> ImageProcessor {
        let file = try ConfigurationFile(folder: folder, name: "preprocessor_config.json")
        return try ImageProcessor(file, side: side, defaults: .siglip(side: side))
    }

    /// Reads `file`, a `preprocessor_config.json`; what it leaves out, or all of it when there is none, is `defaults`.
    /// Refuses one that does not end at pictures of `side` × `side`; nil stands for any size, but one for all pictures.
    package init(_ file: ConfigurationFile?, side: Int?, defaults: Defaults) throws(ModelError) {
        guard let file else {
            self.init(defaults)
            return
        }
        let resize = try file.bool("do_resize", default: true) ? try Self.resize(file, defaults) : nil
        let isCropping = try file.bool("do_center_crop", default: defaults.crop != nil)
        let crop = isCropping ? try Self.crop(file) : nil
        try Self.check(resize, crop, side, file)
        let number = try file.integer("resample", default: ResampleFilter.bicubic.rawValue, in: 0...5)
        let isRescaling = try file.bool("do_rescale", default: true)
        let factor = try file.number("rescale_factor", default: 1 / 255, in: -1e6...1e6)
        let isNormalising = try file.bool("do_normalize", default: true)
        let mean = try Self.triple("image_mean", of: file, default: defaults.mean, in: -1e6...1e6)
        let deviation = try Self.triple("image_std", of: file, default: defaults.deviation, in: 1e-6...1e6)
        self.init(
            resize: resize, filter: ResampleFilter(rawValue: number) ?? .bicubic, crop: crop,
            scale: isRescaling ? factor : 1, mean: isNormalising ? mean : [0, 0, 0],
            deviation: isNormalising ? deviation : [1, 1, 1])
    }

    /// Brings pictures to `side` × `side` and normalises them as `file` says; what it says of sizes is not read.
    init(normalisationOf file: ConfigurationFile, side: Int, filter: ResampleFilter) throws(ModelError) {
        let defaults = Defaults.siglip(side: side)
        let isRescaling = try file.bool("do_rescale", default: true)
        let factor = try file.number("rescale_factor", default: 1 / 255, in: -1e6...1e6)
        let isNormalising = try file.bool("do_normalize", default: true)
        let mean = try Self.triple("image_mean", of: file, default: defaults.mean, in: -1e6...1e6)
        let deviation = try Self.triple("image_std", of: file, default: defaults.deviation, in: 1e-6...1e6)
        self.init(
            resize: defaults.resize, filter: filter, crop: nil, scale: isRescaling ? factor : 1,
            mean: isNormalising ? mean : [0, 0, 0], deviation: isNormalising ? deviation : [1, 1, 1])
    }

    private init(_ defaults: Defaults) {
        self.init(
            resize: defaults.resize, filter: .bicubic, crop: defaults.crop.map { ($0, $0) }, scale: 1 / 255,
            mean: defaults.mean, deviation: defaults.deviation)
    }

    /// The processor of a CLIP folder that holds no `preprocessor_config.json`.
    package static func clip(side: Int) -> ImageProcessor { ImageProcessor(.clip(side: side)) }

    private static let sides = 1...8192

    private static func resize(_ file: ConfigurationFile, _ defaults: Defaults) throws(ModelError) -> Resize {
        if file.json["size"]?.integer != nil || !file.has("size") {
            let edge = try file.integer("size", default: 224, in: sides)
            guard case .exact = defaults.resize else { return .shortestEdge(edge) }
            return .exact(width: edge, height: edge)
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
        _ resize: Resize?, _ crop: (width: Int, height: Int)?, _ side: Int?, _ file: ConfigurationFile
    ) throws(ModelError) {
        if let crop {
            guard side == nil || crop == (side ?? 0, side ?? 0) else {
                throw file.refusal("crop_size", "\(crop.width)×\(crop.height), but image_size is \(side ?? 0)")
            }
        } else if case .exact(let width, let height)? = resize {
            guard side == nil || (width, height) == (side ?? 0, side ?? 0) else {
                throw file.refusal("size", "\(width)×\(height), but image_size is \(side ?? 0)")
            }
        } else {
            throw file.refusal("size", "without a crop it must give height and width")
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
