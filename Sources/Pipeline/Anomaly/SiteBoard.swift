internal import Anomaly
public import Base

/// What the anomaly scoring of a site's cameras shares: each camera's past scores, for those whose own past is short, and
/// the verdicts and erasures to be taken.
public final class SiteBoard: Sendable {
    private struct State {
        var grids: [CameraID: ExceedanceGrid] = [:]
        var verdicts: [CameraID: [GivenVerdict]] = [:]
        var erased: [CameraID: [TimeSpan]] = [:]
        var version = 0
    }

    private let state = Locked(State())

    /// A board of nothing.
    public init() {}

    /// Shows the past scores of `camera`; gives the pooled ones of the others, nil while there are none.
    func exchange(_ grid: ExceedanceGrid, of camera: CameraID) -> ExceedanceGrid? {
        let others = state.withLock { state in
            state.grids[camera] = grid
            return state.grids.filter { $0.key != camera }
        }
        let sorted = others.sorted { $0.key.name < $1.key.name }.map(\.value)
        return sorted.dropFirst().reduce(sorted.first) { $0?.pooled(with: $1) }
    }

    /// Forgets a camera that is no longer watched.
    func remove(_ camera: CameraID) { state.withLock { $0.grids[camera] = nil } }

    /// Adds verdicts on events of `camera`.
    public func give(_ verdicts: [GivenVerdict], on camera: CameraID) {
        state.withLock { state in
            state.verdicts[camera, default: []] += verdicts
            state.version += 1
        }
    }

    /// What `camera` showed in `span` is to be forgotten.
    public func erase(_ span: TimeSpan, of camera: CameraID) {
        state.withLock { state in
            state.erased[camera, default: []].append(span)
            state.version += 1
        }
    }

    /// The spans of `camera` that are to be forgotten.
    func erased(of camera: CameraID) -> [TimeSpan] { state.withLock { $0.erased[camera] ?? [] } }

    /// Grows when verdicts or erasures come.
    var version: Int { state.withLock { $0.version } }

    /// The verdicts on events of `camera` after `number`, in order.
    func verdicts(on camera: CameraID, after number: Int64) -> [GivenVerdict] {
        let all = state.withLock { $0.verdicts[camera] ?? [] }
        return all.filter { $0.number > number }.sorted { $0.number < $1.number }
    }
}
