import NN
import Testing

@Suite("operation profiles")
struct OperationProfileTests {
    private let layer = Linear(weight: Tensor([1, 2, 3, 4], shape: [2, 2]), bias: nil, precision: .int8)
    private let norm = LayerNorm(
        weight: Tensor([1, 1], shape: [2]), bias: Tensor([0, 0], shape: [2]), epsilon: 1e-5)
    private let x = Tensor([1, 2], shape: [1, 2])

    @Test("the operations of a pass are told apart, and passes add up")
    func operations() throws {
        let profile = OperationProfile()
        let result = profile.record { layer(norm(x)) }
        #expect(result.shape == [1, 2])
        let once = profile.durations
        #expect(Set(once.keys) == [.norm, .preparation, .product])
        profile.record { _ = norm(x) }
        #expect(try #require(profile.durations[.norm]) > #require(once[.norm]))
        #expect(profile.durations[.product] == once[.product])
    }

    @Test("what runs outside a record is not noted")
    func silence() {
        let profile = OperationProfile()
        _ = layer(x)
        profile.record {}
        #expect(profile.durations.isEmpty)
        let inner = OperationProfile()
        profile.record { inner.record { _ = layer(x) } }
        #expect(profile.durations.isEmpty && !inner.durations.isEmpty)
    }
}
