public import Base
internal import Foundation

/// Decides what one receiver is told: a pure state machine from changes of events, and the time, to announcements.
///
/// Events close in time are one incident. Of an incident there is one alert; what comes after it are updates, which never
/// wake anybody, an escalation when another query or camera joins, and one end. What the rate limit holds back is counted and
/// told with the next alert; what quiet hours hold back is summed up when they end. A camera is told blind when it stays so.
public struct NotificationPlanner: Sendable, Equatable {
    /// How long a closed incident is remembered, in seconds, and how many at most: later changes of it are not told.
    private static let memory = 86_400.0
    private static let mostIncidents = 200

    /// The numbers.
    public var policy: NotificationPolicy
    private(set) var state: PlannerState

    /// A planner that has seen nothing yet.
    public init(_ policy: NotificationPolicy) { (self.policy, state) = (policy, PlannerState()) }

    /// A planner that goes on from a stored state; one that cannot be read counts as empty.
    public init(_ policy: NotificationPolicy, stored: String) {
        self.policy = policy
        state = (try? JSONDecoder().decode(PlannerState.self, from: Data(stored.utf8))) ?? PlannerState()
    }

    /// The state, to be stored.
    public var stored: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(state)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// An event changed. `occurrence` is the event as it is now, nil when it is gone; `isNew` says that this is the change
    /// with which it began, or began again. `minute` is that of the day by the local clock.
    public mutating func change(
        of eventID: Int64, to occurrence: Occurrence?, isNew: Bool, at now: WallTime, minute: Int
    ) -> [Announcement] {
        guard let occurrence else {
            forget(eventID, at: now)
            return []
        }
        guard policy.isTold(occurrence) else { return [] }
        if occurrence.kind == "blind" {
            takeBlind(occurrence, isNew: isNew, at: now)
            return []
        }
        if let index = state.incidents.firstIndex(where: { $0.events[eventID] != nil }) {
            extend(index, occurrence, at: now)
            return []
        }
        // A change of an event that was never told, or is no longer remembered.
        guard isNew else { return [] }
        if let index = state.incidents.lastIndex(where: { $0.isJoined(by: occurrence, gap: policy.joinGap) }) {
            return join(index, occurrence, at: now, minute: minute)
        }
        state.incidents.append(IncidentState(occurrence, at: now))
        return raise(state.incidents.count - 1, .alert, occurrence, at: now, minute: minute)
    }

    /// Time has passed: what waited for it is told. `current` gives an event as it is now.
    public mutating func tick(
        at now: WallTime, minute: Int, current: (Int64) -> Occurrence?
    ) -> [Announcement] {
        var announcements = endQuietHours(at: now, minute: minute)
        announcements += tellBlind(at: now, minute: minute)
        for index in state.incidents.indices where state.incidents[index].standing == .told {
            if let update = flush(index, at: now, current) { announcements.append(update) }
        }
        prune(at: now)
        return announcements
    }

    /// The events that ``tick(at:minute:current:)`` will ask for.
    public var pendingEvents: [Int64] {
        state.incidents.compactMap { $0.pending ?? (!$0.isOpen && !$0.isEndTold ? $0.id : nil) }
    }

    // Incidents

    private mutating func extend(_ index: Int, _ occurrence: Occurrence, at now: WallTime) {
        let known = state.incidents[index].events[occurrence.eventID]
        guard known?.fingerprint != occurrence.fingerprint else { return }
        let words = state.words[occurrence.eventID]
        state.incidents[index].take(occurrence, at: now)
        state.incidents[index].pending = occurrence.eventID
        if occurrence.isOpen { state.incidents[index].isEndTold = false }
        let new = occurrence.wordsDigest
        if words != new {
            state.words[occurrence.eventID] = new
            state.incidents[index].isPendingWords = true
        }
    }

    private mutating func join(
        _ index: Int, _ occurrence: Occurrence, at now: WallTime, minute: Int
    ) -> [Announcement] {
        let incident = state.incidents[index]
        let isWider =
            !incident.sources.contains(occurrence.source) || !incident.cameras.contains(occurrence.camera)
        state.incidents[index].take(occurrence, at: now)
        state.incidents[index].isEndTold = false
        state.words[occurrence.eventID] = occurrence.wordsDigest
        switch incident.standing {
        case .told where !isWider:
            state.incidents[index].pending = occurrence.eventID
            return []
        case .told: return raise(index, .escalation, occurrence, at: now, minute: minute)
        case .limited where !isWider: return []
        case .limited, .quiet: return raise(index, .alert, occurrence, at: now, minute: minute)
        }
    }

    /// Tells an alert or an escalation, unless quiet hours or the rate limit hold it back.
    private mutating func raise(
        _ index: Int, _ kind: Announcement.Kind, _ occurrence: Occurrence, at now: WallTime, minute: Int
    ) -> [Announcement] {
        let source = occurrence.source
        state.words[occurrence.eventID] = occurrence.wordsDigest
        guard policy.mayWake(source, minute: minute) else {
            if kind == .alert {
                state.incidents[index].standing = .quiet
            } else {
                state.incidents[index].pending = occurrence.eventID
            }
            return []
        }
        guard state.mayAlert(source, limit: policy.alertsPerHour, at: now) else {
            if kind == .alert {
                state.incidents[index].standing = .limited
            } else {
                // Known already: what is new about it comes as an update, which wakes nobody.
                state.incidents[index].pending = occurrence.eventID
            }
            return []
        }
        state.incidents[index].standing = .told
        return [tell(index, kind, occurrence, heldBack: state.takeHeldBack(source), at: now)]
    }

    private mutating func tell(
        _ index: Int, _ kind: Announcement.Kind, _ occurrence: Occurrence?, heldBack: Int = 0, at now: WallTime
    ) -> Announcement {
        state.incidents[index].lastTold = now
        state.incidents[index].pending = nil
        state.incidents[index].isPendingWords = false
        let incident = state.incidents[index]
        if !incident.isOpen { state.incidents[index].isEndTold = true }
        return Announcement(
            kind: kind, incidentID: incident.id, start: incident.start, end: incident.end, isOpen: incident.isOpen,
            cameras: incident.cameras.sorted(), sources: incident.sources.sorted(),
            eventIDs: incident.events.keys.sorted(), occurrence: occurrence, heldBack: heldBack)
    }

    /// The update or the end that is due for an incident that was told.
    private mutating func flush(
        _ index: Int, at now: WallTime, _ current: (Int64) -> Occurrence?
    ) -> Announcement? {
        let incident = state.incidents[index]
        let isEnding = !incident.isOpen && !incident.isEndTold
        guard incident.pending != nil || isEnding else { return nil }
        let isDue = isEnding || incident.isPendingWords || now.seconds(since: incident.lastTold) >= policy.updateEvery
        guard isDue else { return nil }
        let event = current(incident.pending ?? incident.id)
        let announcement = tell(index, isEnding ? .end : .update, event, at: now)
        return policy.tellsUpdates ? announcement : nil
    }

    private mutating func forget(_ eventID: Int64, at now: WallTime) {
        state.words[eventID] = nil
        for camera in state.blind.keys { state.blind[camera]?.close(eventID, at: now) }
        guard let index = state.incidents.firstIndex(where: { $0.events[eventID] != nil }) else { return }
        state.incidents[index].events[eventID]?.isOpen = false
        if state.incidents[index].pending == eventID { state.incidents[index].pending = nil }
    }

    private mutating func endQuietHours(at now: WallTime, minute: Int) -> [Announcement] {
        guard !(policy.quiet?.contains(minute) ?? false) else { return [] }
        let held = state.incidents.indices.filter { state.incidents[$0].standing == .quiet }
        guard let first = held.first, let last = held.last else { return [] }
        let incidents = held.map { state.incidents[$0] }
        for index in held {
            state.incidents[index].standing = .told
            state.incidents[index].pending = nil
            state.incidents[index].isEndTold = !state.incidents[index].isOpen
            state.incidents[index].lastTold = now
        }
        return [
            Announcement(
                kind: .summary, incidentID: state.incidents[first].id,
                start: incidents.map(\.start).min() ?? state.incidents[first].start,
                end: incidents.map(\.end).max() ?? state.incidents[last].end,
                isOpen: incidents.contains(where: \.isOpen),
                cameras: Set(incidents.flatMap(\.cameras)).sorted(),
                sources: Set(incidents.flatMap(\.sources)).sorted(),
                eventIDs: incidents.flatMap { $0.events.keys }.sorted(), occurrence: nil, heldBack: incidents.count)
        ]
    }

    private mutating func prune(at now: WallTime) {
        state.incidents.removeAll { !$0.isOpen && now.seconds(since: $0.lastChanged) > Self.memory }
        if state.incidents.count > Self.mostIncidents {
            state.incidents.removeFirst(state.incidents.count - Self.mostIncidents)
        }
        let known = Set(state.incidents.flatMap { $0.events.keys })
        state.words = state.words.filter { known.contains($0.key) }
        state.dropOldAlerts(at: now)
    }

    // Blind cameras

    private mutating func takeBlind(_ occurrence: Occurrence, isNew: Bool, at now: WallTime) {
        if state.blind[occurrence.camera] == nil {
            guard isNew, occurrence.isOpen else { return }
            state.blind[occurrence.camera] = BlindCamera(occurrence)
        }
        state.blind[occurrence.camera]?.take(occurrence, at: now)
    }

    private mutating func tellBlind(at now: WallTime, minute: Int) -> [Announcement] {
        var announcements: [Announcement] = []
        for (name, camera) in state.blind.sorted(by: { $0.key < $1.key }) where camera.age(at: now) >= policy.blindAfter
        {
            if camera.seeingSince != nil {
                state.blind[name] = nil
                if camera.isTold, policy.tellsUpdates { announcements.append(blind(name, camera, .end, at: now)) }
            } else if !camera.isTold, policy.mayWake("blind", minute: minute),
                state.mayAlert("blind:" + name, limit: policy.alertsPerHour, at: now)
            {
                state.blind[name]?.isTold = true
                announcements.append(blind(name, camera, .alert, at: now))
            }
        }
        return announcements
    }

    private func blind(
        _ name: String, _ camera: BlindCamera, _ kind: Announcement.Kind, at now: WallTime
    ) -> Announcement {
        let end = kind == .end ? camera.seeingSince ?? camera.end : max(camera.end, camera.since)
        return Announcement(
            kind: kind, incidentID: camera.first, start: camera.since, end: end, isOpen: kind != .end, cameras: [name],
            sources: ["blind"], eventIDs: camera.open.union([camera.first]).sorted(),
            occurrence: Occurrence(
                eventID: camera.first, camera: name, kind: "blind", name: camera.reason, start: camera.since, end: end,
                isOpen: kind != .end),
            heldBack: 0)
    }
}
