public import Base

/// The frames of events, kept in memory until a model has looked at them: of each event at most a few, spread over its span,
/// and of all a bounded number of bytes, the oldest event's going first.
public final class EventAlbum: Sendable {
    /// A frame and its moment.
    public struct Shot: Sendable {
        /// When it was taken.
        public let time: WallTime
        /// What it shows, privacy masks painted over.
        public let picture: Picture
    }

    private struct Page {
        let camera: CameraID
        let source: String
        /// Every ``stride``-th frame, and the newest.
        private(set) var spread: [Shot] = []
        private(set) var newest: Shot?
        private var stride = 1
        private var seen = 0
        var isOpen = true

        init(camera: CameraID, source: String) { (self.camera, self.source) = (camera, source) }

        var shots: [Shot] { spread + [newest].compactMap(\.self) }

        mutating func add(_ shot: Shot, limit: Int) {
            let isKept = seen % stride == 0
            if isKept { spread.append(shot) }
            newest = isKept ? nil : shot
            seen += 1
            guard spread.count >= limit else { return }
            spread = spread.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            stride *= 2
        }
    }

    private struct State {
        var pages: [Page] = []
        /// The latest frames of each camera, for what happened just before an event was told.
        var latest: [CameraID: [Shot]] = [:]
    }

    private let shotLimit, byteLimit, before: Int
    private let state = Locked(State())

    /// An empty album of at most `byteLimit` bytes, with at most `shotLimit` frames of an event, `before` of them from before
    /// it was told.
    public init(byteLimit: Int = 128 << 20, shotLimit: Int = 24, before: Int = 6) {
        (self.byteLimit, self.shotLimit, self.before) = (byteLimit, max(2, shotLimit), before)
    }

    /// The next frame of a camera.
    package func see(_ picture: Picture, at time: WallTime, camera: CameraID) {
        let shot = Shot(time: time, picture: picture)
        state.withLock { state in
            state.latest[camera, default: []].append(shot)
            if state.latest[camera, default: []].count > before { state.latest[camera]?.removeFirst() }
            for index in state.pages.indices where state.pages[index].isOpen && state.pages[index].camera == camera {
                state.pages[index].add(shot, limit: shotLimit)
            }
            shrink(&state)
        }
    }

    /// What was told of events of a camera.
    package func note(_ tellings: [EventTelling]) {
        state.withLock { state in
            for telling in tellings where telling.event.source.kind != "blind" {
                let (camera, source) = (telling.event.camera, telling.event.source.key)
                let index = state.pages.lastIndex { $0.camera == camera && $0.source == source && $0.isOpen }
                if telling.event.isOpen, index == nil {
                    var page = Page(camera: camera, source: source)
                    for shot in state.latest[camera] ?? [] { page.add(shot, limit: shotLimit) }
                    state.pages.append(page)
                } else if !telling.event.isOpen, let index {
                    state.pages[index].isOpen = false
                }
            }
            shrink(&state)
        }
    }

    /// The frames of a camera's event in `span`, or near it where none lies inside; empty when they are gone.
    package func shots(camera: CameraID, source: String, during span: TimeSpan) -> [Shot] {
        state.withLock { state in
            let near = TimeSpan(
                start: span.start.advanced(bySeconds: -2), end: span.end.advanced(bySeconds: 2))
            for page in state.pages.reversed() where page.camera == camera && page.source == source {
                let found = page.shots.filter { $0.time >= near.start && $0.time <= near.end }
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    /// Forgets the frames of an event that needs them no more.
    package func discard(camera: CameraID, source: String, before time: WallTime) {
        state.withLock { state in
            state.pages.removeAll { page in
                !page.isOpen && page.camera == camera && page.source == source
                    && (page.shots.last.map { $0.time <= time } ?? true)
            }
        }
    }

    /// Forgets a camera that nobody watches any more.
    package func remove(_ camera: CameraID) { state.withLock { $0.latest[camera] = nil } }

    /// Bytes of all pictures kept, those before events not counted.
    public var byteCount: Int { state.withLock { Self.bytes($0) } }

    private func shrink(_ state: inout State) {
        while Self.bytes(state) > byteLimit, !state.pages.isEmpty { state.pages.removeFirst() }
    }

    private static func bytes(_ state: State) -> Int {
        state.pages.reduce(0) { $0 + $1.shots.reduce(0) { $0 + $1.picture.pixels.count } }
    }
}
