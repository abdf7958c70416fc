package import Base

/// Which footage of a masked camera is wanted: that of its events, pre- and post-roll included. A value type, no clock of
/// its own.
package struct ClipDemand: Sendable {
    private struct Window {
        var span: TimeSpan
        var isOpen: Bool
    }

    /// A window whose footage has not come by then is given up, in seconds.
    private static let patience = 60.0

    private let before: Double
    private let after: Double
    private var windows: [String: Window] = [:]

    package init(before: Double, after: Double) { (self.before, self.after) = (before, after) }

    /// An event was told; `key` names it in all its tellings.
    package mutating func note(_ event: Event, key: String) {
        let span = TimeSpan(
            start: event.during.start.advanced(bySeconds: -before),
            end: event.during.end.advanced(bySeconds: after))
        windows[key] = Window(span: span, isOpen: event.isOpen)
    }

    /// What is wanted at `now`; of an event that is not over everything up to now.
    package func spans(at now: WallTime) -> [TimeSpan] {
        windows.values.map { window in
            TimeSpan(start: window.span.start, end: window.isOpen ? max(window.span.end, now) : window.span.end)
        }
    }

    /// Whether a file should be written now rather than wait for more: an event is over and its footage has come, up to
    /// `newest`.
    package func isDue(newest: WallTime?) -> Bool {
        guard let newest else { return false }
        return windows.values.contains { !$0.isOpen && newest >= $0.span.end }
    }

    /// Forgets the windows that are served up to `newest`, or out of date at `now`.
    package mutating func settle(newest: WallTime?, now: WallTime) {
        windows = windows.filter { _, window in
            if window.isOpen { return true }
            if let newest, newest >= window.span.end { return false }
            return now.seconds(since: window.span.end) <= Self.patience
        }
    }
}
