public import Base

/// Notices when a camera delivers pictures that show nothing: frozen, covered or dark, out of focus, turned away.
///
/// Pure: pictures and times come from the caller, about one a second and after the privacy mask, since a masked area
/// shows the same in every state. ``FaultThresholds`` has the numbers, docs/design/04-ingest.md the reasons.
public struct CameraFaults: Sendable {
    /// What became of one fault.
    public enum Change: Sendable, Equatable {
        /// The camera has been blind since then.
        case began(Event.BlindReason, at: WallTime)
        /// It sees again since then.
        case ended(Event.BlindReason, at: WallTime)
    }

    private let thresholds: FaultThresholds
    private var view: LearntView?
    private var viewCells = 0
    private var still: (picture: GreyPicture, since: WallTime)?
    private var last: WallTime?
    private var (frozen, covered, defocused, moved) = (Hysteresis(), Hysteresis(), Hysteresis(), Hysteresis())

    /// A camera of which nothing was seen yet.
    public init(_ thresholds: FaultThresholds = FaultThresholds()) { self.thresholds = thresholds }

    /// The faults that last now.
    public var active: [Event.BlindReason] {
        let all: [(Hysteresis, Event.BlindReason)] = [
            (frozen, .frozen), (covered, .covered), (defocused, .defocused), (moved, .moved),
        ]
        return all.filter { $0.0.activeSince != nil }.map { $0.1 }
    }

    /// The beginning of the earliest fault that lasts or may yet be told; nil when nothing is suspected. What was seen
    /// before it was seen for sure.
    public var suspectedSince: WallTime? {
        var since = [frozen, covered, defocused, moved].compactMap(\.suspectedSince)
        if let still, let last, still.since < last { since.append(still.since) }
        return since.min()
    }

    /// Whether the picture last observed says nothing about what happens now: frozen, or covered and not about to clear.
    public var showsNothing: Bool {
        frozen.activeSince != nil || (covered.activeSince != nil && !covered.isEnding)
    }

    /// Takes in the picture shown at `time`; times rise. Returns what began or ended, with the moment it really did.
    public mutating func observe(_ picture: Picture, at time: WallTime) -> [Change] {
        let elapsed = last.map { time.seconds(since: $0) } ?? 0
        guard elapsed >= 0 else { return [] }
        last = time
        if elapsed > thresholds.longestPause { interrupt() }
        let grey = GreyPicture(picture)
        let measure = SceneMeasure(grey, thresholds)
        var changes = observeStillness(grey, time)
        changes += observeScene(measure, time, elapsed: min(elapsed, thresholds.longestPause))
        return changes
    }

    /// The stream broke off: what was about to be noticed starts anew.
    public mutating func interrupt() {
        still = nil
        frozen.interrupt()
        covered.interrupt()
        defocused.interrupt()
        moved.interrupt()
    }
}

// MARK: - frozen

extension CameraFaults {
    /// Compares with the first picture of the still stretch, so that slow change adds up.
    private mutating func observeStillness(_ grey: GreyPicture, _ time: WallTime) -> [Change] {
        let isStill: Bool
        if let still, (still.picture.width, still.picture.height) == (grey.width, grey.height) {
            let share = grey.shareDiffering(from: still.picture, byMoreThan: thresholds.frozenLevel)
            isStill = share <= thresholds.frozenShare
        } else {
            isStill = false
        }
        if !isStill { still = (grey, time) }
        // The stretch began with its first picture, not with the second, which showed it.
        let since = still?.since ?? time
        let hasLasted = isStill && time.seconds(since: since) >= thresholds.frozenAfter
        guard isStill || frozen.activeSince != nil else { return [] }
        if hasLasted, frozen.activeSince == nil {
            _ = frozen.note(true, at: since, beginAfter: 0, endAfter: 0)
            return [.began(.frozen, at: since)]
        }
        if !isStill, frozen.end() { return [.ended(.frozen, at: time)] }
        return []
    }
}

// MARK: - covered, defocused, moved

extension CameraFaults {
    private mutating func observeScene(_ measure: SceneMeasure, _ time: WallTime, elapsed: Double) -> [Change] {
        let isCovered = measure.edgeShare < thresholds.coveredEdges
        var changes = Self.changes(
            .covered,
            covered.note(isCovered, at: time, beginAfter: thresholds.coveredAfter, endAfter: thresholds.clearAfter))
        var view = self.view ?? LearntView(like: measure, thresholds)
        if measure.edges.count != viewCells { view = LearntView(like: measure, thresholds) }
        viewCells = measure.edges.count
        let (isBlurred, isElsewhere) = judge(measure, view, isCovered: isCovered)
        changes += Self.changes(
            .defocused,
            defocused.note(
                isBlurred, at: time, beginAfter: thresholds.defocusedAfter, endAfter: thresholds.clearAfter))
        changes += Self.changes(
            .moved,
            moved.note(isElsewhere, at: time, beginAfter: thresholds.movedAfter, endAfter: thresholds.clearAfter))
        if !(isCovered || defocused.isSuspected || moved.isSuspected || frozen.activeSince != nil) {
            view.learn(measure, elapsed: elapsed)
        }
        self.view = view
        return changes + accept(at: time)
    }

    /// Whether the picture is blurred, and whether it shows another view; nil when that cannot be told.
    private func judge(_ measure: SceneMeasure, _ view: LearntView, isCovered: Bool) -> (Bool?, Bool?) {
        guard view.isKnown, !isCovered, measure.edgeShare >= thresholds.leastEdges else { return (nil, nil) }
        let blurLimit = defocused.activeSince == nil ? thresholds.defocusedBelow : thresholds.focusedAbove
        let moveLimit = moved.activeSince == nil ? thresholds.movedBelow : thresholds.restoredAbove
        var isBlurred: Bool?
        if let sharpness = measure.sharpness, let own = view.sharpness { isBlurred = sharpness < own * blurLimit }
        let isElsewhere = view.agreement(with: measure).map { $0 < moveLimit }
        // Another view may be as soft as it likes, and a blurred picture has lost its edges' places.
        if isBlurred == true, moved.activeSince == nil { return (true, nil) }
        if isElsewhere == true || moved.activeSince != nil { return (nil, isElsewhere) }
        return (isBlurred, isElsewhere)
    }

    /// A fault that nobody corrects for long is the camera's new self.
    private mutating func accept(at time: WallTime) -> [Change] {
        func isOld(_ fault: Hysteresis) -> Bool {
            fault.activeSince.map { time.seconds(since: $0) >= thresholds.acceptAfter } ?? false
        }
        guard isOld(moved) || isOld(defocused) else { return [] }
        view = nil
        var changes: [Change] = []
        if moved.end() { changes.append(.ended(.moved, at: time)) }
        if defocused.end() { changes.append(.ended(.defocused, at: time)) }
        return changes
    }

    private static func changes(_ reason: Event.BlindReason, _ turn: Hysteresis.Turn?) -> [Change] {
        switch turn {
        case .began(let time): [.began(reason, at: time)]
        case .ended(let time): [.ended(reason, at: time)]
        case nil: []
        }
    }
}
