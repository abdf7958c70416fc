internal import Base
internal import Grounding

/// Moves an event's rough ends to where its saliency curve says they are, with TFVTG's static score.
///
/// The start is the window's own: at one frame a second the published dynamic start reaches too far back.
struct SpanRefinement: Sendable {
    /// Seconds of curve looked at on both sides of the rough span.
    static let context = 15.0
    /// A proposal is believed when it overlaps the rough span at least this much.
    private static let leastAgreement = 0.5

    private let localiser: TFVTG
    private let levels: GroundingConstants.Event

    init(_ constants: GroundingConstants) {
        levels = constants.event
        localiser = TFVTG(.init(stride: 1, longest: .max, mask: constants.mask, slope: constants.slope, top: 5))
    }

    /// Frames of the best-agreeing proposal, and the mean saliency inside; the rough frames when none agrees.
    func refine(rough: ClosedRange<Int>, curve: [Float]) -> (frames: ClosedRange<Int>, score: Double) {
        let own = surroundings(of: rough, curve)
        let candidates = localiser.proposals(similarity: Array(curve[own])).map { proposal in
            own.lowerBound + proposal.window.lowerBound...own.lowerBound + proposal.window.upperBound - 1
        }
        let best = candidates.max { Self.overlap($0, rough) < Self.overlap($1, rough) }
        let chosen = best.flatMap { Self.overlap($0, rough) >= Self.leastAgreement ? $0 : nil } ?? rough
        let inside = curve[chosen].map(Double.init)
        return (chosen, inside.reduce(0, +) / Double(inside.count))
    }

    /// `rough` and the quiet on both sides, up to where another event rises: what happens there would count as outside of this one
    /// and hide where its ends are.
    private func surroundings(of rough: ClosedRange<Int>, _ curve: [Float]) -> ClosedRange<Int> {
        func reach(_ frames: some Sequence<Int>, from end: Int) -> Int {
            var (last, isQuiet) = (end, false)
            for frame in frames {
                let value = Double(curve[frame])
                if isQuiet, value >= levels.close { break }
                isQuiet = isQuiet || value < levels.close
                last = frame
            }
            return last
        }
        let before = reach((0..<rough.lowerBound).reversed(), from: rough.lowerBound)
        return before...reach(rough.upperBound + 1..<max(curve.count, rough.upperBound + 1), from: rough.upperBound)
    }

    private static func overlap(_ a: ClosedRange<Int>, _ b: ClosedRange<Int>) -> Double {
        let shared = max(0, min(a.upperBound, b.upperBound) - max(a.lowerBound, b.lowerBound) + 1)
        return Double(shared) / Double(a.count + b.count - shared)
    }
}
