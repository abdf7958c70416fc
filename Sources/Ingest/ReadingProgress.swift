import Base

/// What a source's consumer may look at while the source's own thread reads.
final class ReadingProgress: Sendable {
    private struct Run {
        let startTicks: Int64
        let startSeconds: Double
    }

    private struct State {
        var statistics = IngestStatistics()
        var runs: [Run] = []
        var lastTime: WallTime?
    }

    private let state = Locked(State())

    var statistics: IngestStatistics { state.withLock { $0.statistics } }

    /// The moment of the last frame decoded, of a source on the wall clock.
    var lastTime: WallTime? { state.withLock { $0.lastTime } }

    /// Seconds from the first frame of all to `frame`, runs following each other without gaps.
    func seconds(of frame: Frame) -> Double {
        state.withLock { state in
            guard state.runs.indices.contains(frame.run) else { return 0 }
            let run = state.runs[frame.run]
            let ticks = Double(frame.time.ticks) - Double(run.startTicks)
            return run.startSeconds
                + ticks * Double(frame.time.tickNumerator) / Double(frame.time.tickDenominator)
        }
    }

    /// Publishes where `reader` is. Every run's first frame is sampled, so no run is missed.
    func update(from reader: FrameReader, lastTime: WallTime? = nil) {
        let (statistics, clock) = (reader.statistics, reader.clock)
        state.withLock { state in
            state.statistics = statistics
            state.lastTime = lastTime
            while state.runs.count < clock.runs {
                state.runs.append(Run(startTicks: clock.runStart, startSeconds: clock.finishedSeconds))
            }
        }
    }
}
