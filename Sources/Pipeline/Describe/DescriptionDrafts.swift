public import Base

/// Descriptions while a model writes them: the latest text of each, for whoever looks on. Nothing of it is stored, and nobody is
/// waited for: who looks seldom sees fewer, longer texts.
///
/// ```swift
/// while try await drafts.changed.next() != nil {
///     for draft in drafts.changes(after: seen) { show(draft); seen = draft.version }
/// }
/// ```
public final class DescriptionDrafts: Sendable {
    /// One description as far as it is.
    public struct Draft: Sendable, Equatable {
        /// The event's number.
        public let event: Int64
        /// The event's camera.
        public let camera: String
        /// The sentences so far, empty in the beginning; nil when writing has ended, whatever came of it.
        public let text: String?
        /// Rises with every change of any draft.
        public let version: Int
    }

    /// Most drafts that are remembered, ended ones among them; the longest unchanged make room.
    private static let kept = 16
    /// Most characters of a draft; what is written beyond is shown when it is stored.
    private static let longest = 2000

    private struct State {
        var drafts: [Draft] = []
        var version = 0
    }

    private let state = Locked(State())

    /// Holds something when a draft has changed since it was last asked. One reader only.
    public let changed = BoundedQueue<Bool>(countLimit: 1)

    /// Nothing is being written.
    public init() {}

    /// The drafts that changed after `version`, 0 for all, in the order of their versions.
    public func changes(after version: Int) -> [Draft] {
        state.withLock { $0.drafts.filter { $0.version > version } }
    }

    /// A model begins to write about that event.
    package func begin(_ event: Int64, on camera: String) { change(event, on: camera) { _ in "" } }

    /// The model wrote `more`.
    package func add(_ more: String, to event: Int64, on camera: String) {
        change(event, on: camera) { String((($0 ?? "") + more).prefix(Self.longest)) }
    }

    /// The model is done.
    package func end(_ event: Int64, on camera: String) { change(event, on: camera) { _ in nil } }

    private func change(_ event: Int64, on camera: String, _ body: (String?) -> String?) {
        state.withLock { state in
            let known = state.drafts.firstIndex { $0.event == event }.map { state.drafts.remove(at: $0) }
            state.version += 1
            state.drafts.append(
                Draft(event: event, camera: camera, text: body(known?.text), version: state.version))
            if state.drafts.count > Self.kept { state.drafts.removeFirst() }
        }
        changed.offer(true)
    }
}
