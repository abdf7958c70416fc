import Base
import Notify
import Testing

@Suite("What a receiver is told", .timeLimit(.minutes(10)))
struct PlannerTests {
    /// A planner on a clock of its own; seconds count from noon.
    private struct Site {
        var planner: NotificationPlanner
        var now = 0.0
        var minute = 720
        var events: [Int64: Occurrence] = [:]
        var told: [Announcement] = []

        init(_ policy: NotificationPolicy = NotificationPolicy()) { planner = NotificationPlanner(policy) }

        static func time(_ seconds: Double) -> WallTime { WallTime(microseconds: Int64(seconds * 1e6)) }

        /// An event as it is now; the first time it is new.
        mutating func see(
            _ id: Int64, _ name: String = "climbing", on camera: String = "gate", kind: String = "query",
            from start: Double,
            to end: Double? = nil, isOpen: Bool = true, words: String? = nil, isRecording: Bool = false
        ) {
            let event = Occurrence(
                eventID: id, camera: camera, kind: kind, name: name, start: Self.time(start),
                end: Self.time(end ?? start + 1),
                isOpen: isOpen, description: words, isRecording: isRecording)
            let isNew = events.updateValue(event, forKey: id) == nil
            told += planner.change(of: id, to: event, isNew: isNew, at: Self.time(now), minute: minute)
        }

        mutating func lose(_ id: Int64) {
            events[id] = nil
            told += planner.change(of: id, to: nil, isNew: false, at: Self.time(now), minute: minute)
        }

        /// Lets time pass, a second at a time.
        mutating func pass(_ seconds: Double) {
            var left = seconds
            while left > 0 {
                now += min(1, left)
                left -= 1
                let events = events
                told += planner.tick(at: Self.time(now), minute: minute) { events[$0] }
            }
        }

        /// What was told since the last time.
        mutating func take() -> [Announcement] {
            defer { told = [] }
            return told
        }

        mutating func kinds() -> [Announcement.Kind] { take().map(\.kind) }
    }

    @Test("an event is one alert, updates no closer than asked, and one end")
    func course() {
        var site = Site()
        site.see(1, from: 0)
        #expect(site.kinds() == [.alert])
        for second in 1...25 {
            site.pass(1)
            site.see(1, from: 0, to: Double(second) + 1)
        }
        #expect(site.kinds() == [.update, .update])
        site.see(1, from: 0, to: 26, isOpen: false)
        site.pass(1)
        let end = site.take()
        #expect(end.map(\.kind) == [.end] && end.first?.end == Site.time(26) && end.first?.isOpen == false)
        site.pass(100)
        #expect(site.kinds() == [])
    }

    @Test("an event that is over when it is told has no end besides")
    func past() {
        var site = Site()
        site.see(1, from: 0, to: 5, isOpen: false)
        site.pass(60)
        #expect(site.kinds() == [.alert])
    }

    @Test("the same change told again changes nothing")
    func repetition() {
        var site = Site()
        for _ in 0..<5 { site.see(1, from: 0, to: 5, isOpen: false, words: "somebody climbs") }
        site.pass(60)
        #expect(site.kinds() == [.alert])
    }

    @Test("late words are an update at once, never a second alert, also hours later")
    func lateWords() {
        var site = Site()
        site.see(1, from: 0, to: 5, isOpen: false)
        #expect(site.kinds() == [.alert])
        site.pass(7200)
        site.see(1, from: 0, to: 5, isOpen: false, words: "a person climbs over the fence")
        site.pass(1)
        let told = site.take()
        #expect(told.map(\.kind) == [.update])
        #expect(told.first?.occurrence?.description == "a person climbs over the fence")
        #expect(told.first?.incidentID == 1)
    }

    @Test("words of an event nobody was told of are not told")
    func unknownWords() {
        var site = Site()
        let event = Occurrence(
            eventID: 7, camera: "gate", kind: "query", name: "climbing", start: Site.time(0), end: Site.time(1),
            isOpen: false)
        site.told += site.planner.change(of: 7, to: event, isNew: false, at: Site.time(0), minute: 0)
        site.pass(60)
        #expect(site.kinds() == [])
    }

    @Test("events close in time are one incident; another query or camera escalates it")
    func grouping() {
        var site = Site()
        site.see(1, from: 0, to: 5, isOpen: false)
        site.see(2, from: 20, to: 25, isOpen: false)
        site.see(3, "loitering", from: 22)
        site.see(4, "loitering", on: "yard", from: 30)
        let told = site.take()
        #expect(told.map(\.kind) == [.alert, .escalation, .escalation])
        #expect(told.allSatisfy { $0.incidentID == 1 })
        #expect(told.last?.cameras == ["gate", "yard"] && told.last?.sources == ["climbing", "loitering"])
        #expect(told.last?.eventIDs == [1, 2, 3, 4])
        site.see(5, from: 500)
        #expect(site.take().map(\.incidentID) == [5])
    }

    @Test("more alerts than allowed are held back, and counted in the next one")
    func rate() {
        var site = Site(NotificationPolicy(alertsPerHour: 2))
        for id in 0..<5 {
            site.see(Int64(id), from: site.now, to: site.now + 1, isOpen: false)
            site.see(Int64(100 + id), "loitering", from: site.now + 200, to: site.now + 201, isOpen: false)
            site.pass(400)
        }
        let told = site.take()
        #expect(told.filter { $0.sources == ["climbing"] }.count == 2)
        #expect(told.filter { $0.sources == ["loitering"] }.count == 2)
        #expect(told.allSatisfy { $0.kind == .alert })
        // What was held back stays so: its words are no alert either.
        site.see(4, from: 1600, to: 1601, isOpen: false, words: "somebody")
        site.pass(3600)
        #expect(site.kinds() == [])
        site.see(9, from: site.now, to: site.now + 1, isOpen: false)
        #expect(site.take().map(\.heldBack) == [3])
    }

    @Test("quiet hours hold back, and are summed up when they end; what is urgent is told")
    func quiet() {
        var site = Site(
            NotificationPolicy(quiet: .init(start: 22 * 60, end: 6 * 60), urgent: ["climbing"]))
        site.minute = 23 * 60
        site.see(1, "loitering", from: 0, to: 5, isOpen: false)
        site.see(2, "loitering", from: 500, to: 505, isOpen: false)
        site.pass(10)
        #expect(site.kinds() == [])
        site.see(3, from: 1000, to: 1005, isOpen: false)
        #expect(site.take().map(\.incidentID) == [3])
        site.minute = 6 * 60
        site.pass(2)
        let told = site.take()
        #expect(told.map(\.kind) == [.summary])
        #expect(told.first?.heldBack == 2 && told.first?.eventIDs == [1, 2])
        // What was summed up is known: its words are an update.
        site.see(1, "loitering", from: 0, to: 5, isOpen: false, words: "somebody waits")
        site.pass(60)
        #expect(site.kinds() == [.update])
    }

    @Test("a quiet incident that becomes urgent wakes people once")
    func quietEscalation() {
        var site = Site(NotificationPolicy(quiet: .init(start: 0, end: 1439), urgent: ["climbing"]))
        site.see(1, "loitering", from: 0)
        site.see(2, from: 3)
        site.see(3, from: 5)
        let told = site.take()
        #expect(told.map(\.kind) == [.alert] && told.first?.sources == ["climbing", "loitering"])
    }

    @Test("a camera is told blind when it stays so, and seeing when it stays so")
    func blind() {
        var site = Site()
        site.see(1, "no_stream", kind: "blind", from: 0)
        site.pass(59)
        #expect(site.kinds() == [])
        site.see(1, "no_stream", kind: "blind", from: 0, to: 59, isOpen: false)
        site.pass(120)
        #expect(site.kinds() == [])

        site.see(2, "no_stream", kind: "blind", from: site.now)
        site.pass(61)
        #expect(site.kinds() == [.alert])
        // It sees for a moment only.
        site.see(2, "no_stream", kind: "blind", from: 179, to: site.now, isOpen: false)
        site.pass(10)
        site.see(3, "covered", kind: "blind", from: site.now)
        site.pass(600)
        #expect(site.kinds() == [])
        site.see(3, "covered", kind: "blind", from: 250, to: site.now, isOpen: false)
        site.pass(61)
        let told = site.take()
        #expect(told.map(\.kind) == [.end] && told.first?.incidentID == 2 && told.first?.sources == ["blind"])
    }

    @Test("recordings and what was not asked for are not told")
    func filters() {
        var site = Site(NotificationPolicy(sources: ["climbing", "blind"]))
        site.see(1, "loitering", from: 0)
        site.see(2, "patchcore", kind: "anomaly", from: 0)
        site.see(3, from: 0, isRecording: true)
        site.pass(100)
        #expect(site.kinds() == [])
        site.see(4, from: 100)
        #expect(site.kinds() == [.alert])
    }

    @Test("an event that is gone is not told of")
    func erased() {
        var site = Site()
        site.see(1, from: 0)
        #expect(site.kinds() == [.alert])
        site.see(1, from: 0, to: 3)
        site.lose(1)
        site.pass(60)
        #expect(site.take().allSatisfy { $0.kind == .end && $0.occurrence == nil })
    }

    @Test("the state survives being stored, and holds no words")
    func stored() {
        var site = Site()
        site.see(1, from: 0, words: "a secret sentence")
        site.see(2, "no_stream", kind: "blind", from: 0)
        let stored = site.planner.stored
        #expect(!stored.contains("secret"))
        #expect(NotificationPlanner(site.planner.policy, stored: stored) == site.planner)
        #expect(
            NotificationPlanner(site.planner.policy, stored: "nonsense") == NotificationPlanner(site.planner.policy))
        // Going on from the store is going on.
        _ = site.take()
        site.planner = NotificationPlanner(site.planner.policy, stored: stored)
        site.see(1, from: 0, isOpen: false, words: "another sentence")
        site.pass(1)
        #expect(site.kinds() == [.end])
    }

    @Test("what is remembered is bounded")
    func bounds() {
        var site = Site(NotificationPolicy(alertsPerHour: 3600))
        for id in 0..<1200 {
            site.see(Int64(id), from: site.now, to: site.now + 1, isOpen: false)
            site.now += 39
            site.pass(1)
        }
        #expect(site.planner.stored.utf8.count < 200_000)
        site.now += 90_000
        site.pass(1)
        #expect(site.planner.stored.utf8.count < 300)
    }
}
