import Synchronization

/// A flag that ends blocking reads: libav's callbacks and the decoding loop look at it.
final class Interrupt: Sendable {
    private let flag = Atomic(false)

    /// Whether someone asked to stop.
    var isRaised: Bool { flag.load(ordering: .relaxed) }

    /// Asks to stop; there is no way back.
    func raise() { flag.store(true, ordering: .relaxed) }
}
