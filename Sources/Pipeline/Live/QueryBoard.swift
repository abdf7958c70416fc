public import Base

/// The standing queries of each camera as they are in force now: written when they change, read at every frame.
public final class QueryBoard: Sendable {
    /// One camera's queries.
    struct Entry: Sendable {
        let queries: [WatchedQuery]
        /// Grows with every change.
        let version: Int
    }

    private struct State {
        var entries: [CameraID: Entry] = [:]
        var version = 0
    }

    private let state = Locked(State())

    /// A board without queries.
    public init() {}

    /// Watches `camera` for `queries` from its next frame on.
    public func set(_ queries: [WatchedQuery], camera: CameraID) {
        state.withLock { state in
            guard state.entries[camera]?.queries ?? [] != queries else { return }
            state.version += 1
            state.entries[camera] = Entry(queries: queries, version: state.version)
        }
    }

    func entry(_ camera: CameraID) -> Entry {
        state.withLock { $0.entries[camera] } ?? Entry(queries: [], version: 0)
    }
}
