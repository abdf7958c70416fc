import Base
import Foundation
import Ingest

/// What the change gate sees: figures of known size and contrast walk through the quiet stretches of a rendered clip.
///
///     GateBench share/demo/yard.mp4 share/demo/MANIFEST.json
///
/// Prints a table: for each size of figure, in hundredths of the picture's height, the share of walks of which at least
/// one picture is encoded, and the share of the pictures with a figure that are. Without the gate both are 1. Then the share
/// of quiet pictures that are reused, and what a decision costs.
@main
struct GateBench {
    private static let sizes = [2, 4, 6, 8, 10, 15, 20, 40]
    /// Without contrast there is no figure: what is encoded then would have been anyway.
    private static let contrasts = [0.0, 8, 16, 32, 64]
    private static let walks = 20
    /// Pictures before the figure comes, in which the gate gets to know the scene, and pictures that show it; one a second,
    /// from a quiet stretch that is repeated.
    private static let (before, shown, stretch) = (21, 4, 7)

    private struct Manifest: Decodable {
        struct Clip: Decodable { let events: [Event] }
        struct Event: Decodable { let start, end: Double }
        let clips: [Clip]
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { throw Problem(text: "usage: GateBench CLIP MANIFEST") }
        let manifest = try JSONDecoder().decode(
            Manifest.self, from: Data(contentsOf: URL(filePath: arguments[2])))
        let pictures = try await read(arguments[1])
        let events = manifest.clips.first?.events ?? []
        let starts = pictures.indices.filter { start in
            let (from, to) = (Double(start) - 1, Double(start + stretch) + 1)
            return start + stretch <= pictures.count && events.allSatisfy { $0.end < from || $0.start > to }
        }
        guard !starts.isEmpty else { throw Problem(text: "no quiet stretch in the clip") }
        var random = Numbers(state: 1)
        print("| figure, % of the height | " + contrasts.map { "contrast \(Int($0))" }.joined(separator: " | ") + " |")
        print("| --- |" + contrasts.map { _ in " --- |" }.joined())
        for size in sizes {
            let cells = contrasts.map { contrast -> String in
                var (seen, encoded) = (0, 0)
                for _ in 0..<walks {
                    let count = walk(pictures, from: starts.randomElement(using: &random) ?? 0, size, contrast, &random)
                    seen += count > 0 ? 1 : 0
                    encoded += count
                }
                return "\(rounded(Double(seen) / Double(walks))) (\(rounded(Double(encoded) / Double(walks * shown))))"
            }
            print("| \(size) | " + cells.joined(separator: " | ") + " |")
        }
        quiet(pictures, events)
    }

    /// How many of the pictures that show the figure are encoded.
    private static func walk(
        _ pictures: [Picture], from start: Int, _ size: Int, _ contrast: Double, _ random: inout Numbers
    ) -> Int {
        var gate = ChangeGate()
        let (width, height) = (Double(pictures[start].width), Double(pictures[start].height))
        let tall = Double(size) / 100 * height
        // A person of 1.7 m walks 1.4 m/s.
        let step = tall * 1.4 / 1.7 * (Bool.random(using: &random) ? 1 : -1)
        let left = Double.random(in: 0.2...0.8, using: &random) * width
        let top = Double.random(in: 0.2...1, using: &random) * (height - tall)
        let sign = Bool.random(using: &random) ? 1.0 : -1
        return (0..<before + shown).count { index in
            var picture = pictures[start + index % stretch]
            if index >= before {
                let x = left + step * Double(index - before)
                picture = draw(on: picture, x: x, y: top, tall: tall, level: sign * contrast)
            }
            let decision = gate.decide(picture, at: WallTime(microseconds: Int64(index) * 1_000_000))
            guard index >= before, case .encode = decision else { return false }
            return true
        }
    }

    /// A head and a body, a uniform step brighter or darker than what is behind.
    private static func draw(on picture: Picture, x: Double, y: Double, tall: Double, level: Double) -> Picture {
        var pixels = picture.pixels
        let wide = tall * 0.4
        for row in max(0, Int(y))..<max(max(0, Int(y)), min(picture.height, Int((y + tall).rounded(.up)))) {
            let (from, to) = (max(0, Int(x - wide / 2)), min(picture.width, Int((x + wide / 2).rounded(.up))))
            for column in from..<max(from, to) {
                let (dx, dy) = ((Double(column) + 0.5 - x) / wide, (Double(row) + 0.5 - y) / tall)
                let isHead = dx * dx / 0.04 + (dy - 0.1) * (dy - 0.1) / 0.01 < 1
                let isBody = dx * dx / 0.2 + (dy - 0.6) * (dy - 0.6) / 0.16 < 1
                guard isHead || isBody else { continue }
                for channel in 0..<3 {
                    let at = (row * picture.width + column) * 3 + channel
                    pixels[at] = UInt8(min(255, max(0, Double(pixels[at]) + level)))
                }
            }
        }
        return Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    private static func quiet(_ pictures: [Picture], _ events: [Manifest.Event]) {
        var gate = ChangeGate()
        var (quiet, reused, all) = (0, 0, 0)
        let clock = ContinuousClock()
        var time = Duration.zero
        for (second, picture) in pictures.enumerated() {
            let moment = WallTime(microseconds: Int64(second) * 1_000_000)
            var decision = ChangeGate.Decision.reuse(moment)
            time += clock.measure { decision = gate.decide(picture, at: moment) }
            let isReused = if case .reuse = decision { true } else { false }
            all += isReused ? 1 : 0
            guard events.allSatisfy({ $0.end < Double(second) - 1 || $0.start > Double(second) + 1 }) else { continue }
            quiet += 1
            reused += isReused ? 1 : 0
        }
        print("reused: \(reused) of \(quiet) quiet pictures, \(all) of all \(pictures.count)")
        print("a decision: \(rounded(time / .milliseconds(1) / Double(max(1, pictures.count)))) ms")
    }

    private static func read(_ path: String) async throws -> [Picture] {
        let source = try await FileSource(MediaFile(path: path), configuration: IngestConfiguration(analyseFPS: 1))
        return try await source.withFrames { frames in
            var pictures: [Picture] = []
            for try await frame in frames { pictures.append(frame.picture) }
            return pictures
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

/// Why nothing was measured.
private struct Problem: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

/// SplitMix64, so that a run can be repeated.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
