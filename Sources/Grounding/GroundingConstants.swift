public import Foundation

/// The numbers that make one encoder's cosines mean something: fitted once per encoder on labelled clips and kept
/// beside its weights as `grounding.json`.
public struct GroundingConstants: Sendable, Equatable {
    /// How the encoder is shown a frame.
    public enum View: String, Sendable, Decodable {
        /// The whole picture.
        case frame
        /// Crops of what moved, the background dimmed.
        case foreground
        /// The whole picture, and crops of what moved.
        case regions
    }

    /// Thresholds of event assembly, on saliency, and times in seconds.
    public struct Event: Sendable, Equatable, Decodable {
        /// Saliency that starts an event.
        public let open: Double
        /// Saliency that keeps it.
        public let close: Double
        /// Shortest event.
        public let minSeconds: Double
        /// Longest dip inside one event.
        public let gapSeconds: Double
    }

    /// How the encoder is shown a frame.
    public let view: View
    /// Factor of the cosine in the logistic calibration.
    public let scale: Double
    /// Offset of the logistic calibration.
    public let bias: Double
    /// TFVTG's mask on saliency.
    public let mask: Float
    /// TFVTG's slope threshold per second of saliency.
    public let slope: Float
    /// Thresholds of event assembly.
    public let event: Event
    /// Distance (1 − cosine) to everything known below which nothing counts as an anomaly.
    public let anomalyFloor: Double
    /// Words, in lower case, that are in the encoder's vocabulary but that an examination found it not to understand.
    public let unknownWords: Set<String>
    /// Whether the numbers were fitted to this encoder.
    public let isFitted: Bool

    /// For an encoder without constants of its own: CLIP's published temperature of 100 around the cosine 0.25, which
    /// separates matching from other captions for the larger CLIP models only roughly.
    public static let unfitted = GroundingConstants(
        view: .regions, scale: 100, bias: -25, mask: 0.2, slope: 0.0005,
        event: Event(open: 0.6, close: 0.4, minSeconds: 1, gapSeconds: 2), anomalyFloor: 0.1,
        unknownWords: [], isFitted: false)

    /// The constants beside the model in `folder`; ``unfitted`` when it has no `grounding.json`.
    ///
    /// Throws ``GroundingError/malformedConstants(path:problem:)``.
    public static func load(folder: URL) throws(GroundingError) -> GroundingConstants {
        let url = folder.appending(path: "grounding.json")
        guard let data = try? Data(contentsOf: url) else { return .unfitted }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file: File
        do {
            file = try decoder.decode(File.self, from: data)
        } catch {
            throw .malformedConstants(path: url.path, problem: Self.describe(error))
        }
        if let problem = file.problem { throw .malformedConstants(path: url.path, problem: problem) }
        return GroundingConstants(file)
    }

    /// A cosine → the probability that the sentence holds.
    public func saliency(cosine: Float) -> Float {
        let logit = scale * Double(cosine) + bias
        return Float(1 / (1 + exp(-logit)))
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "the key \(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "wrong type at " + context.codingPath.map(\.stringValue).joined(separator: ".")
        default: "it is not valid JSON"
        }
    }
}

extension GroundingConstants {
    /// `grounding.json` as stored.
    fileprivate struct File: Decodable {
        struct Similarity: Decodable {
            let scale: Double
            let bias: Double
        }
        struct Anomaly: Decodable {
            let floor: Double
        }
        let format: Int
        let view: View
        let similarity: Similarity
        let mask: Float
        let slope: Float
        let event: Event
        let anomaly: Anomaly?
        let unknownWords: [String]?

        var problem: String? {
            if format != 1 { return "format is \(format), this version reads 1" }
            if !(similarity.scale.isFinite && similarity.scale > 0 && similarity.bias.isFinite) {
                return "similarity.scale must be a positive number and similarity.bias a number"
            }
            if !(0..<1).contains(mask) { return "mask must lie in 0…1" }
            if !(0...1).contains(slope) { return "slope must lie in 0…1" }
            if !(0 < event.close && event.close <= event.open && event.open < 1) {
                return "event needs 0 < close ≤ open < 1"
            }
            if !(0...3600).contains(event.minSeconds) || !(0...3600).contains(event.gapSeconds) {
                return "event.min_seconds and event.gap_seconds must lie in 0…3600"
            }
            if let anomaly, !(0...2).contains(anomaly.floor) { return "anomaly.floor must lie in 0…2" }
            return nil
        }
    }

    fileprivate init(_ file: File) {
        self.init(
            view: file.view, scale: file.similarity.scale, bias: file.similarity.bias, mask: file.mask,
            slope: file.slope, event: file.event, anomalyFloor: file.anomaly?.floor ?? 0.1,
            unknownWords: Set((file.unknownWords ?? []).map { $0.lowercased() }), isFitted: true)
    }
}
