public import Base

/// What a reload changes: which cameras must be started, stopped or started anew, and what only a restart can apply.
public struct CameraChanges: Hashable, Sendable {
    /// Cameras that only the new configuration has.
    public let added: [CameraID]
    /// Cameras that only the old configuration has.
    public let removed: [CameraID]
    /// Cameras whose own settings differ.
    public let changed: [CameraID]
    /// Cameras that go on undisturbed.
    public let unchanged: [CameraID]
    /// Cameras among ``unchanged`` and ``changed`` whose standing queries differ.
    public let queriesChanged: [CameraID]
    /// Whether who is told of events, which of them or when differs.
    public let notifyChanged: Bool
    /// Top-level keys outside cameras, queries and receivers that differ and need a restart, in the file's words.
    public let needingRestart: [String]

    /// Compares `old`, which is running, with `new`.
    public init(from old: Configuration, to new: Configuration) {
        let before = Dictionary(uniqueKeysWithValues: old.cameras.map { ($0.name, $0) })
        let names = Set(new.cameras.map(\.name))
        let kept = new.cameras.filter { before[$0.name] != nil }
        added = new.cameras.map(\.name).filter { before[$0] == nil }
        removed = old.cameras.map(\.name).filter { !names.contains($0) }
        changed = kept.filter { before[$0.name] != $0 }.map(\.name)
        unchanged = kept.filter { before[$0.name] == $0 }.map(\.name)
        queriesChanged = kept.map(\.name).filter { Self.queries(of: $0, in: old) != Self.queries(of: $0, in: new) }
        notifyChanged = old.notify != new.notify
        let sections: [(String, Bool)] = [
            ("database", old.database == new.database), ("state", old.state == new.state),
            ("log", old.log == new.log), ("models", old.models == new.models), ("http", old.http == new.http),
            ("describe", old.describe == new.describe), ("cluster", old.cluster == new.cluster),
        ]
        needingRestart = sections.filter { !$0.1 }.map(\.0)
    }

    /// Whether nothing differs.
    public var isEmpty: Bool {
        added.isEmpty && removed.isEmpty && changed.isEmpty && queriesChanged.isEmpty && !notifyChanged
            && needingRestart.isEmpty
    }

    private struct Watched: Hashable {
        let name: String
        let text: String
        let zone: String?
        let active: DailyWindow?
        let ceiling: Double
    }

    /// The camera's queries, whatever other cameras they are watched on.
    private static func queries(of camera: CameraID, in configuration: Configuration) -> Set<Watched> {
        Set(
            configuration.queries.filter { $0.cameras.contains(camera) }.map {
                Watched(
                    name: $0.name, text: $0.text, zone: $0.zone, active: $0.active, ceiling: $0.alarmCeilingPerDay)
            })
    }
}
