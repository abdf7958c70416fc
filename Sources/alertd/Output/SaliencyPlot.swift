import Foundation

/// A saliency curve with its spans as an SVG picture.
struct SaliencyPlot {
    let title: String
    let times: [Double]
    let saliency: [Float]
    let spans: [ClosedRange<Double>]
    let seconds: Double

    private static let width = 960.0
    private static let height = 240.0
    private static let margin = 40.0

    /// The SVG document.
    var svg: String {
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Int(Self.width))\" height=\"\(Int(Self.height))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<text x=\"\(Self.margin)\" y=\"20\">\(Self.escaped(title))</text>",
        ]
        for span in spans {
            let left = x(span.lowerBound)
            lines.append(
                "<rect x=\"\(left)\" y=\"\(y(1))\" width=\"\(x(span.upperBound) - left)\" "
                    + "height=\"\(y(0) - y(1))\" fill=\"#f5a623\" fill-opacity=\"0.35\"/>")
        }
        let points = zip(times, saliency).map { "\(x($0)),\(y(Double($1)))" }.joined(separator: " ")
        lines.append("<polyline points=\"\(points)\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"1.5\"/>")
        lines.append(
            "<path d=\"M\(x(0)),\(y(1)) V\(y(0)) H\(x(seconds))\" fill=\"none\" stroke=\"black\"/>")
        for share in stride(from: 0.0, through: 1, by: 0.25) {
            let at = share * seconds
            lines.append(
                "<text x=\"\(x(at))\" y=\"\(Self.height - 12)\" text-anchor=\"middle\">\(Self.rounded(at)) s</text>")
        }
        return (lines + ["</svg>", ""]).joined(separator: "\n")
    }

    private func x(_ second: Double) -> Double {
        Self.rounded(Self.margin + second / max(seconds, 1e-9) * (Self.width - 2 * Self.margin))
    }

    private func y(_ value: Double) -> Double {
        Self.rounded(Self.height - Self.margin - value * (Self.height - 2 * Self.margin))
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
