import Base
import Foundation
import Glibc
import Ingest
import TestSupport
import Testing

@Suite("A camera that is watched for ever", .serialized, .tags(.integration), .timeLimit(.minutes(10)))
struct LiveSourceTests {
    /// Takes items until `isEnough`, which sees each state and frame, says so; returns the states.
    @discardableResult
    private func follow(
        _ source: LiveSource, until isEnough: (LiveItem) async throws -> Bool
    ) async throws -> [ConnectionState] {
        try await source.withItems { items in
            var states: [ConnectionState] = []
            for await item in items {
                if case .state(let state) = item { states.append(state) }
                if try await isEnough(item) { break }
            }
            return states
        }
    }

    private func isWaiting(_ state: ConnectionState) -> Bool { if case .waiting = state { true } else { false } }

    @Test("killed and started again: lost, waited for, and a new run")
    func killed() async throws {
        let server = try RTSPServer()
        let source = LiveSource(try StreamAddress(server.url()), configuration: quickStream)
        var (runs, times): ([Int], [WallTime]) = ([], [])
        var failures = 0
        let states = try await follow(source) { item in
            switch item {
            case .frame(let frame):
                runs.append(frame.frame.run)
                times.append(frame.time)
                if runs.count == 3 { server.kill() }
            case .state(.waiting(let outage, _)):
                failures += 1
                let last = try #require(times.last)
                #expect(outage.since > last.advanced(bySeconds: -0.01))
                if failures == 2 { try server.restart() }
            case .state: break
            }
            return runs.last == 1 && runs.filter { $0 == 1 }.count == 3
        }
        #expect(runs == runs.sorted() && Set(runs) == [0, 1])
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        guard case .connecting = states[0], case .live = states[1], case .lost = states[2], isWaiting(states[3]),
            isWaiting(states[4]), case .live = states[states.count - 1]
        else {
            Issue.record("\(states)")
            return
        }
        if case .waiting(let outage, _) = states[4], case .unreachable = outage.reason {
        } else {
            Issue.record("\(states)")
        }
        #expect(source.statistics.connections == 2 && source.statistics.runs == 2)
    }

    @Test("stalled and let go on: timed out, then live again")
    func stalled() async throws {
        let server = try RTSPServer()
        let source = LiveSource(try StreamAddress(server.url()), configuration: quickStream)
        var (before, after) = (0, 0)
        var reason: IngestError?
        let states = try await follow(source) { item in
            switch item {
            case .frame where reason == nil:
                before += 1
                if before == 2 { server.stall() }
            case .frame: after += 1
            case .state(.lost(let outage)): reason = outage.reason
            case .state(.waiting): server.resume()
            case .state: break
            }
            return after == 2
        }
        #expect(reason == .timedOut(RedactedURL(server.url()), step: .read, limit: .seconds(2)))
        if case .live = try #require(states.last) {} else { Issue.record("\(states)") }
    }

    @Test("a wrong password is a state of its own, tried again slowly, and printed nowhere")
    func unauthorized() async throws {
        let server = try RTSPServer(.digest(user: "cam", password: "right"))
        let source = LiveSource(
            try StreamAddress(server.url(credentials: "cam:wr0ng-secret")), configuration: quickStream)
        let states = try await follow(source) { item in if case .state(.unauthorized) = item { true } else { false } }
        guard case .unauthorized(let outage, let until) = try #require(states.last) else {
            Issue.record("\(states)")
            return
        }
        #expect(outage.failedAttempts == 1 && until.seconds(since: HostTime.now.wall) > 15)
        var printed = states.map(\.description).joined() + "\(states)" + String(reflecting: source)
        dump(states, to: &printed)
        dump(source, to: &printed)
        #expect(!printed.contains("wr0ng") && printed.contains("***@127.0.0.1"))
    }

    @Test("waits between attempts as the back-off says, and stops at once when told to")
    func waiting() async throws {
        let port = try SilentPort(.refuses)
        let sleeps = BoundedQueue<Duration>(countLimit: 100)
        let clock = HostClock(
            now: { HostTime.now },
            sleep: { duration in
                sleeps.offer(duration)
                if sleeps.count == 50 { try await ContinuousClock().sleep(for: .seconds(3600)) }
            })
        let source = LiveSource(
            try StreamAddress("rtsp://u:secret@127.0.0.1:\(port.number)/x"), configuration: quickStream, clock: clock,
            chance: { 0.5 })
        var previous: ConnectionState?
        var news = 0
        let start = ContinuousClock.now
        let states = try await follow(source) { item in
            guard case .state(let state) = item else { return false }
            if !state.isRepetition(of: previous) { news += 1 }
            previous = state
            if state.outage?.failedAttempts == 50 { source.stop() }
            return false
        }
        #expect(states.count == 51 && news == 2)
        #expect(states.allSatisfy { $0.blindReason == .noStream })
        sleeps.finish()
        #expect(try await sleeps.reduce(into: true) { $0 = $0 && $1 == .milliseconds(750) })
        #expect(ContinuousClock.now - start < .seconds(120))
    }

    @Test("tries again at its own pace, not in a loop, refused or unanswered")
    func pace() async throws {
        var configuration = quickStream
        configuration.openTimeout = .seconds(2)
        let (refusing, silent) = (try SilentPort(.refuses), try SilentPort(.accepts))
        let refused = LiveSource(try refusing.address, configuration: configuration)
        let unanswered = LiveSource(try silent.address, configuration: configuration)
        async let attempts = refused.withItems { items in
            var count = 0
            for await item in items { if case .state(.connecting) = item { count += 1 } }
            return count
        }
        let start = ContinuousClock.now
        await unanswered.withItems { items in
            for await item in items {
                guard case .state(let state) = item, let outage = state.outage else { continue }
                if outage.failedAttempts == 3 { break }
            }
        }
        let elapsed = ContinuousClock.now - start
        refused.stop()
        // Waits are at least half of the shortest back-off.
        let shortest = configuration.backoff.shortest / 2
        #expect(await Double(attempts) <= elapsed / shortest + 2)
        #expect(elapsed > .seconds(6), "each unanswered attempt lasts its time-out")
    }
}

extension SilentPort {
    fileprivate var address: StreamAddress {
        get throws { try StreamAddress("rtsp://u:secret@127.0.0.1:\(number)/x") }
    }
}
