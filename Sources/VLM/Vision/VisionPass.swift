package import NN

/// A picture on its way through a vision tower, layer by layer, so that other work can go between: pixels → hidden states →
/// visual tokens.
package struct VisionPass: Sendable {
    private enum Stage: Sendable {
        case pixels
        case hidden(Tensor, layer: Int)
        case tokens(Tensor)
    }

    private let embed: @Sendable () -> Tensor
    private let layers: Int
    private let apply: @Sendable (inout Tensor, Int) -> Void
    private let finish: @Sendable (Tensor) -> Tensor
    private var stage = Stage.pixels

    /// A tower of `layers` layers between `embed` and `finish`.
    init(
        embed: @escaping @Sendable () -> Tensor, layers: Int,
        apply: @escaping @Sendable (inout Tensor, Int) -> Void, finish: @escaping @Sendable (Tensor) -> Tensor
    ) {
        (self.embed, self.layers, self.apply, self.finish) = (embed, layers, apply, finish)
    }

    /// Works until `budget` is spent, at least one layer's worth; the visual tokens [F, D] once they are there.
    package mutating func advance(budget: Duration = .milliseconds(40)) -> Tensor? {
        let end = ContinuousClock.now + budget
        repeat {
            switch stage {
            case .pixels: stage = .hidden(embed(), layer: 0)
            case .hidden(let hidden, let layer) where layer == layers: stage = .tokens(finish(hidden))
            case .hidden(var hidden, let layer):
                stage = .pixels  // so that the hidden states have one owner
                apply(&hidden, layer)
                stage = .hidden(hidden, layer: layer + 1)
            case .tokens(let tokens): return tokens
            }
        } while ContinuousClock.now < end
        if case .tokens(let tokens) = stage { return tokens }
        return nil
    }
}
