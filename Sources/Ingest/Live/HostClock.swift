public import Base
import Glibc

/// One moment by two clocks of this machine: the wall clock, which may be set, and the time since boot, which never
/// jumps.
public struct HostTime: Sendable, Equatable {
    /// UTC.
    public let wall: WallTime
    /// Since boot, suspended time included.
    public let uptime: Duration

    /// The moment that both clocks give.
    public init(wall: WallTime, uptime: Duration) {
        self.wall = wall
        self.uptime = uptime
    }

    /// Now.
    public static var now: HostTime {
        HostTime(
            wall: WallTime(microseconds: nanoseconds(CLOCK_REALTIME) / 1000),
            uptime: .nanoseconds(uptimeNanoseconds))
    }

    /// Nanoseconds since boot.
    static var uptimeNanoseconds: Int64 { nanoseconds(CLOCK_BOOTTIME) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// The time as a live source sees it; tests give their own.
public struct HostClock: Sendable {
    /// What time it is.
    public let now: @Sendable () -> HostTime
    /// Waits; throws when the task is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void

    /// A clock made of these two.
    public init(
        now: @escaping @Sendable () -> HostTime, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// This machine's clock.
    public static var system: HostClock {
        HostClock(now: { HostTime.now }, sleep: { try await ContinuousClock().sleep(for: $0) })
    }
}

extension Duration {
    /// As seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
