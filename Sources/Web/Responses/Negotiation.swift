internal import HTTPTypes

/// Whether a client takes what a route gives (RFC 9110, section 12.5.1).
enum Negotiation {
    /// Whether one of `types` is acceptable by the `Accept` of `headers`; without one everything is.
    static func accepts(_ types: [String], _ headers: HTTPFields) -> Bool {
        let ranges = headers[values: .accept].flatMap { $0.split(separator: ",") }.map(String.init)
        if ranges.isEmpty || types.contains("*/*") { return true }
        return types.contains { type in quality(of: type, ranges) > 0 }
    }

    /// The quality of the most specific range that covers `type`; 0 for none.
    private static func quality(of type: String, _ ranges: [String]) -> Double {
        let main = type.prefix { $0 != "/" }
        var best: (precision: Int, quality: Double) = (-1, 0)
        for range in ranges {
            let parts = range.split(separator: ";").map { String($0).trimmingSpaces.lowercased() }
            guard let name = parts.first else { continue }
            let precision = name == type ? 2 : name == "\(main)/*" ? 1 : name == "*/*" ? 0 : -1
            guard precision >= 0, precision > best.precision else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            best = (precision, quality)
        }
        return best.quality
    }
}
