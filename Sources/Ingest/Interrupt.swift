import CFFmpeg
import Synchronization

/// Ends blocking reads: libav's callbacks and the decoding loop look at it. A camera's reads also have a deadline.
final class Interrupt: Sendable {
    private let flag = Atomic(false)
    private let deadline = Atomic(Interrupt.never)

    private static let never = Int64.max

    /// Whether someone asked to stop.
    var isRaised: Bool { flag.load(ordering: .relaxed) }

    /// Whether the time given by ``allow(_:)`` is over.
    var isExpired: Bool {
        let deadline = deadline.load(ordering: .relaxed)
        return deadline != Self.never && HostTime.uptimeNanoseconds >= deadline
    }

    /// Asks to stop; there is no way back.
    func raise() { flag.store(true, ordering: .relaxed) }

    /// From now on reads may take `time` in all.
    func allow(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        let nanoseconds = min(seconds, 1 << 32) * 1_000_000_000 + attoseconds / 1_000_000_000
        deadline.store(HostTime.uptimeNanoseconds + nanoseconds, ordering: .relaxed)
    }

    /// What libav asks while it blocks. This object must outlive the context that holds it.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                let interrupt = Unmanaged<Interrupt>.fromOpaque(opaque).takeUnretainedValue()
                return interrupt.isRaised || interrupt.isExpired ? 1 : 0
            }, opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}
