import NN
import Testing
import VLM

/// Reads a folder of single operations: resizing as torch does it, pixel shuffle, dropping unchanged tokens.
enum SmallOperationsParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        guard folder.has("golden.safetensors"), !folder.has("config.json") else { return false }
        return try SafetensorsFile(path: folder.path("golden.safetensors")).entries["bilinear_in"] != nil
    }

    static func check(_ folder: VectorFolder) throws {
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let planes = [
            ("bilinear_in", "bilinear_half", Interpolation.linear), ("bilinear_odd_in", "bilinear_odd_ceil", .linear),
            ("bilinear_odd_in", "bilinear_odd_aligned", .linearAligned), ("bicubic_in", "bicubic_6x5", .cubic),
            ("bicubic_in", "bilinear_antialias_3x5", .linearAntialiased),
        ]
        for (input, output, interpolation) in planes {
            try compare(golden, input, output, interpolation, "\(folder.name) \(output)")
        }
        for key in golden.entries.keys where key.hasPrefix("pos_") {
            let expected = try golden.floats(key)
            let interpolation: Interpolation = key.hasPrefix("pos_nearest") ? .nearest : .linear
            let found = try golden.floats("pos32").resized(count: expected.shape[0], interpolation)
            expectClose(found, expected, .features, "\(folder.name) \(key)")
        }
        let shuffled = PixelShuffle.packed(try golden.floats("pixel_shuffle_in_nhwc"), factor: 2)
        expectClose(shuffled, try golden.floats("pixel_shuffle_out"), .features, "\(folder.name) pixel_shuffle_out")
        try compareFilter(golden, folder)
    }

    /// Every plane [H, W] of the input by itself.
    private static func compare(
        _ golden: SafetensorsFile, _ input: String, _ output: String, _ interpolation: Interpolation, _ name: String
    ) throws {
        let (source, expected) = (try golden.floats(input), try golden.floats(output))
        for picture in 0..<source.shape[0] {
            for channel in 0..<source.shape[1] {
                let (plane, wanted) = (source[picture][channel], expected[picture][channel])
                let found = plane.reshaped(plane.shape + [1])
                    .resized(rows: wanted.shape[0], columns: wanted.shape[1], interpolation)
                expectClose(found, wanted, .features, name)
            }
        }
    }

    private static func compareFilter(_ golden: SafetensorsFile, _ folder: VectorFolder) throws {
        let tokens = try golden.floats("dtd_features")
        let similarities = Tensor(rows: UnchangedTokenFilter.similarities(tokens))
        expectClose(similarities, try golden.floats("dtd_similarity"), .features, "\(folder.name) dtd_similarity")
        let prefix = "dtd_keep_th"
        var compared = 0
        for key in golden.entries.keys where key.hasPrefix(prefix) {
            let threshold = try #require(Float(key.dropFirst(prefix.count)))
            let kept = UnchangedTokenFilter(threshold: threshold).kept(tokens)
            #expect(try kept.map { $0.map { $0 ? 1 : 0 } } == golden.idRows(key), "\(folder.name) \(key)")
            compared += 1
        }
        #expect(compared > 0)
    }
}
