import Grounding
import Testing

/// The fast selection against the definition: all windows sorted, suppressed one by one.
@Suite("window selection")
struct WindowSelectionTests {
    private struct Window {
        let start, length: Int
        let score: Double
    }

    @Test(
        "gives what sorting and suppressing every window gives", arguments: [2, 3, 5, 17, 63, 64, 65, 130],
        [TFVTG.Outside.aboveMask, .aboveMaskOrZero, .allFrames])
    func exhaustive(count: Int, rule: TFVTG.Outside) {
        var numbers = RandomNumbers(seed: UInt64(count))
        for stride in [1, 2, 3, 7] {
            for overlap in [Float(0), 0.3, 0.5, 1] {
                let curve = numbers.floats(count, in: 0.1...0.6).map { ($0 * 32).rounded() / 32 }
                let configuration = TFVTG.Configuration(
                    stride: stride, longest: max(2, count * 2 / 3), overlap: overlap, top: 10, outside: rule)
                let found = TFVTG(configuration).proposals(similarity: curve)
                let expected = exhaustive(curve, configuration)
                #expect(found.map(\.window) == expected.map { $0.start..<$0.start + $0.length })
                #expect(found.map(\.score) == expected.map(\.score))
            }
        }
    }

    @Test("the paper's score of (i, k, j) is the best over all i", arguments: [6, 20, 41])
    func dynamic(count: Int) throws {
        var numbers = RandomNumbers(seed: 7)
        for _ in 0..<20 {
            let curve = numbers.floats(count, in: 0.1...0.9)
            let isAbove = curve.map { $0 > 0.2 }
            let masked = zip(curve, isAbove).map { $1 ? $0 : 0 }
            let rising = RisingStart(curve: masked, isAbove: isAbove, stride: 1, slope: 0.0005)
            let scores = StaticScores(masked: masked, isAbove: isAbove, outside: .allFrames)
            var best = -Double.infinity
            for k in 0..<count {
                for i in 0...k {
                    // A transition from i to k counts when every frame after i rises.
                    guard rising.frames[k] <= i else { continue }
                    let dynamic = Double(rising.scores[k] - (i == rising.frames[k] ? 0 : rising.scores[i]))
                    for j in (k + 1)...count {
                        best = max(best, scores.score(start: k, length: j - k) + dynamic)
                    }
                }
            }
            let found = try #require(
                TFVTG(.init(stride: 1, longest: count, scoring: .dynamicAndStatic)).proposals(similarity: curve).first)
            #expect(abs(found.score - best) < 1e-5)
        }
    }

    @Test("a steep rise wins over an equal plateau when the rise counts")
    func riseCounts() throws {
        // Two plateaus of the same height and length: one is there from the first frame, one is climbed to.
        var curve: [Float] = Array(repeating: 0.8, count: 10) + Array(repeating: 0, count: 20)
        curve += [0.3, 0.5, 0.7] + Array(repeating: 0.8, count: 10) + Array(repeating: 0, count: 10)
        let plain = try #require(TFVTG(.init(stride: 10, longest: 10)).proposals(similarity: curve).first)
        let rising = try #require(
            TFVTG(.init(stride: 10, longest: 10, scoring: .dynamicAndStatic)).proposals(similarity: curve).first)
        #expect(plain.window == 0..<10)
        #expect(rising.window.lowerBound >= 33 && rising.window.count == 10)
        #expect(rising.risingFrom < 33)
    }

    private func exhaustive(_ curve: [Float], _ configuration: TFVTG.Configuration) -> [Window] {
        let count = curve.count
        let stride = min(configuration.stride, count / 2)
        let isAbove = curve.map { $0 > configuration.mask }
        let masked = zip(curve, isAbove).map { $1 ? $0 : 0 }
        guard stride > 0, isAbove.contains(true) else { return [] }
        let scores = StaticScores(masked: masked, isAbove: isAbove, outside: configuration.outside)
        var windows: [Window] = []
        for length in Swift.stride(from: stride, through: min(count, configuration.longest), by: stride) {
            for start in 0...(count - length) {
                let score = scores.score(start: start, length: length)
                if score > -.infinity { windows.append(Window(start: start, length: length, score: score)) }
            }
        }
        let order = windows.indices.sorted { a, b in
            windows[a].score == windows[b].score ? a < b : windows[a].score > windows[b].score
        }
        var chosen: [Window] = []
        for index in order where chosen.count < configuration.top {
            let window = windows[index]
            if !chosen.contains(where: { overlap($0, window, Float(count)) > configuration.overlap }) {
                chosen.append(window)
            }
        }
        return chosen
    }

    private func overlap(_ a: Window, _ b: Window, _ count: Float) -> Float {
        let (aStart, aEnd) = (Float(a.start) / count, Float(a.start + a.length) / count)
        let (bStart, bEnd) = (Float(b.start) / count, Float(b.start + b.length) / count)
        return max(0, min(aEnd, bEnd) - max(aStart, bStart)) / (max(aEnd, bEnd) - min(aStart, bStart))
    }
}
