/// A progress bar on standard error when that is a terminal; nothing otherwise.
struct ProgressBar {
    private let label: String
    private let isShown = StandardStreams.errorIsTerminal
    private var shownPercent = -1
    private static let width = 30

    init(_ label: String) { self.label = label }

    /// Shows `share` (0…1) done, with a remark.
    mutating func show(_ share: Double, _ remark: String) {
        let percent = Int((min(max(share, 0), 1) * 100).rounded(.down))
        guard isShown, percent != shownPercent else { return }
        shownPercent = percent
        let done = percent * Self.width / 100
        let bar = String(repeating: "█", count: done) + String(repeating: "░", count: Self.width - done)
        StandardStreams.writeToError("\r\(label) \(bar) \(percent) % \(remark)\u{1B}[K")
    }

    /// Removes the bar.
    func clear() {
        if isShown && shownPercent >= 0 { StandardStreams.writeToError("\r\u{1B}[K") }
    }
}
