import Foundation
import Glibc
import TestSupport
import Testing

/// One daemon, many cameras, each misbehaving in its own way at once; then the rows are compared with what was really sent.
@Suite("alertd run with hostile cameras", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct HostileDaemonTests {
    /// What a camera does, and what follows.
    private struct Trial: Sendable {
        let name: String
        /// What it can show beside `main`, and what it shows.
        var clips: [String] = ["main"]
        var settings: [String: any Sendable] = [:]
        /// Seconds after the beginning, and what happens then.
        var script: [(at: Double, act: @Sendable (HostileCameras) throws -> Void)] = []
        /// Whether nothing of it may be missing.
        var isUnbroken = false
        var clock = "camera"
        /// Whether its reports contradict each other, so that they may be believed no more.
        var contradictsItself = false
        /// Seconds by which the ledger may begin a stretch later than it was sent, beyond the tolerance.
        var delay = 0.0
        var path = "a"
        var scheme = "rtsp"
    }

    private struct Span {
        let start: Double
        let end: Double
    }

    private static let yard = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let source = ["-ss", "14", "-t", "14", "-i", yard]
    private static let query = "a person walks through the yard"
    /// Spans in the ledger and those that were sent may differ by this, in seconds.
    private static let tolerance = 1.0
    private static let length = 56.0

    @Test("watches exactly what was sent, blind once for each gap, and loses or doubles no event")
    func rows() throws {
        let folder = try ScratchFolder()
        let trials = Self.trials + [try Self.photographs(in: folder)]
        let clips = try Self.clips(in: folder)
        let cameras = try HostileCameras()
        let site = try DaemonSite()
        let entries = try trials.map { trial in
            let shown = clips.filter { trial.clips.contains($0.key) }
            let port = try cameras.open(trial.name, clips: shown, settings: trial.settings)
            return (name: trial.name, url: "\(trial.scheme)://127.0.0.1:\(port)/\(trial.path)")
        }
        try site.configure(
            entries, more: "open_timeout_seconds: 3, read_timeout_seconds: 5",
            rest: "queries: { person: { text: \"\(Self.query)\" } }")
        try site.start()
        let begin = ContinuousClock.now
        for step in trials.flatMap(\.script).sorted(by: { $0.at < $1.at }) {
            pass(max(0, step.at - (ContinuousClock.now - begin) / .seconds(1)))
            try step.act(cameras)
        }
        pass(max(0, Self.length - (ContinuousClock.now - begin) / .seconds(1)))
        let sent = try Dictionary(uniqueKeysWithValues: trials.map { ($0.name, try cameras.sent($0.name)) })
        let (outcome, _) = try site.stop()
        #expect(outcome.status == 0, "\(outcome.errors)")
        for trial in trials {
            let stretches = try #require(sent[trial.name])
            try compare(trial, stretches.map { Span(start: $0.lowerBound, end: $0.upperBound) }, site)
        }
        // What a camera showed while the others were still connecting does not count.
        let settled = sent.values.compactMap { $0.first?.lowerBound }.max() ?? 0
        try compareClocks(since: settled + 3, site)
        try compareEvents(trials.filter(\.isUnbroken).map(\.name), since: settled + 3, site)
        for trial in trials where !trial.isUnbroken {
            let stretches = try #require(sent[trial.name]).map { Span(start: $0.lowerBound, end: $0.upperBound) }
            try compareEvents(trial.name, inside: stretches, since: settled + 3, site)
        }
    }

    /// The ledger against what was sent: stretches, gaps, blind events, clocks.
    private func compare(_ trial: Trial, _ stretches: [Span], _ site: DaemonSite) throws {
        let name = trial.name
        let all = try spans(
            """
            SELECT extract(epoch FROM lower(r)), extract(epoch FROM upper(r))
            FROM alertd.v_coverage, unnest(watched) AS r WHERE camera = '\(name)' ORDER BY r
            """, site)
        let blind = try spans(
            """
            SELECT extract(epoch FROM lower(during)), extract(epoch FROM upper(during))
            FROM alertd.v_events WHERE camera = '\(name)' AND kind = 'blind' ORDER BY lower(during)
            """, site)
        // A stretch that had just begun when the daemon was stopped may have had no two frames to watch.
        let isYoung = stretches.count > 1 && stretches.last.map { $0.end - $0.start < 3 } == true
        let sent = isYoung ? Array(stretches.dropLast()) : stretches
        let end = isYoung ? stretches.last.map { $0.start - 0.4 } ?? .infinity : .infinity
        let watched = all.filter { $0.start < end }
        let told = "\(name): sent \(sent), watched \(watched), blind \(blind)\n\(log(of: name, site))"
        #expect(watched.count == sent.count, "\(told)")
        #expect(!sent.isEmpty && (!trial.isUnbroken || sent.count == 1), "\(told)")
        for (number, (a, b)) in zip(watched, sent).enumerated() {
            // What was sent last was not analysed any more: that is no gap.
            let atEnd = number == sent.count - 1 && !isYoung ? Self.tolerance + 2 : Self.tolerance
            let late = number > 0 ? trial.delay : 0
            #expect(
                a.start - b.start < Self.tolerance + late && b.start - a.start < Self.tolerance
                    && abs(a.end - b.end) < atEnd, "\(told)")
        }
        // The first attempt may have failed as well, and the last gap need not have ended.
        let gaps = zip(sent, sent.dropFirst()).map { Span(start: $0.end, end: $1.start) }
        let between = blind.filter { event in gaps.contains { event.start < $0.end && event.end > $0.start } }
        #expect(between.count == gaps.count, "\(told)")
        for (event, gap) in zip(between, gaps) {
            #expect(
                abs(event.start - gap.start) < Self.tolerance && gap.end - event.end < Self.tolerance
                    && event.end - gap.end < Self.tolerance + trial.delay, "\(told)")
        }
        if trial.isUnbroken { #expect(blind.isEmpty, "\(told)") }
        let overlapping = try site.rows(
            """
            SELECT count(*) FROM alertd.v_events a JOIN alertd.v_events b
            ON a.camera = b.camera AND a.id < b.id AND a.during && b.during AND a.kind = b.kind
                AND a.query IS NOT DISTINCT FROM b.query AND a.reason IS NOT DISTINCT FROM b.reason
            WHERE a.camera = '\(name)'
            """)
        #expect(overlapping == ["0"], "\(name): two events of one kind at one time")
    }

    /// Cameras that show the same thing at the same time have the same events at the same time.
    private func compareEvents(_ names: [String], since: Double, _ site: DaemonSite) throws {
        // What begins within a moment of `since` may count for one camera and not for the other.
        let plain = try persons("plain", since + 3, site)
        #expect(plain.count >= 2, "nobody was seen: \(plain)")
        for name in names {
            let found = try persons(name, since - 15, site)
            func isSame(_ a: Span, _ b: Span) -> Bool { abs(a.start - b.start) < 2.5 && abs(a.end - b.end) < 2.5 }
            let told = "\(name): \(found), plain: \(plain)"
            for event in plain { #expect(found.filter { isSame($0, event) }.count == 1, "\(told)") }
            for event in found where event.start > since + 6 {
                #expect(plain.filter { isSame($0, event) }.count == 1, "\(told)")
            }
        }
    }

    /// What a camera with gaps showed from well before to well after is found once, as the plain camera's is.
    private func compareEvents(_ name: String, inside stretches: [Span], since: Double, _ site: DaemonSite) throws {
        let found = try persons(name, since - 3, site)
        for event in try persons("plain", since, site)
        where stretches.contains(where: { $0.start + 4 < event.start && event.end + 4 < $0.end }) {
            let same = found.filter { abs($0.start - event.start) < 2.5 && abs($0.end - event.end) < 2.5 }
            #expect(same.count == 1, "\(name): \(event) of the plain camera is missing or doubled: \(found)")
        }
    }

    /// Events name the clock that their times come from.
    private func compareClocks(since: Double, _ site: DaemonSite) throws {
        let clocks = try site.rows(
            """
            SELECT camera, string_agg(DISTINCT clock, ',') FROM alertd.v_events
            WHERE kind = 'query' AND lower(during) > to_timestamp(\(since)) GROUP BY camera
            """)
        for trial in Self.trials where trial.isUnbroken {
            // Whether a report falls among the contradictory seconds is chance.
            let right = trial.contradictsItself ? ["arrival", "arrival,camera", "camera"] : [trial.clock]
            #expect(right.contains { clocks.contains("\(trial.name)|\($0)") }, "\(trial.name): \(clocks)")
        }
    }

    private func persons(_ camera: String, _ since: Double, _ site: DaemonSite) throws -> [Span] {
        try spans(
            """
            SELECT extract(epoch FROM lower(during)), extract(epoch FROM upper(during))
            FROM alertd.v_events
            WHERE camera = '\(camera)' AND kind = 'query' AND lower(during) > to_timestamp(\(since))
            ORDER BY lower(during)
            """, site)
    }

    private func spans(_ sql: String, _ site: DaemonSite) throws -> [Span] {
        try site.rows(sql).map { row in
            let numbers = row.split(separator: "|").compactMap { Double($0) }
            return Span(start: try #require(numbers.first), end: try #require(numbers.last))
        }
    }

    private func log(of camera: String, _ site: DaemonSite) -> String {
        site.log().split(separator: "\n").filter { $0.contains("camera \(camera): ") }.joined(separator: "\n")
    }

    // MARK: - what happens

    private static let trials: [Trial] = [
        Trial(name: "plain", isUnbroken: true),
        Trial(name: "unsaid", settings: ["reports": "none"], isUnbroken: true, clock: "arrival"),
        Trial(name: "wrong", settings: ["reports": "wrong"], isUnbroken: true, clock: "arrival"),
        Trial(name: "wraps", settings: ["wraps_after": 20.0], isUnbroken: true),
        Trial(name: "nested", clips: ["nested"], settings: ["show": "nested"], isUnbroken: true),
        Trial(
            name: "liar", clips: ["liar"], settings: ["show": "liar", "rate": "100"], isUnbroken: true),
        Trial(
            name: "jumps",
            script: [
                (15, { try $0.tell("jumps", .jump, seconds: 3600) }),
                (30, { try $0.tell("jumps", .jump, seconds: -3600) }),
            ], isUnbroken: true),
        Trial(
            name: "backwards", script: [(15, { try $0.tell("backwards", .backwards, seconds: 4) })],
            isUnbroken: true, contradictsItself: true),
        Trial(
            name: "repeats", script: [(15, { try $0.tell("repeats", .repeatTimes, seconds: 5) })],
            isUnbroken: true, contradictsItself: true),
        Trial(
            name: "resizes", clips: ["main", "small"],
            script: [
                (15, { try $0.show("resizes", clip: "small") }), (30, { try $0.show("resizes", clip: "main") }),
            ], isUnbroken: true),
        Trial(
            name: "recodes", clips: ["main", "modern"], script: [(15, { try $0.show("recodes", clip: "modern") })]),
        Trial(name: "refuses", script: [(15, { try $0.tell("refuses", .refuse, seconds: 8) })]),
        Trial(name: "hangs", script: [(15, { try $0.tell("hangs", .hang, seconds: 8) })]),
        Trial(name: "cut", script: [(15, { try $0.cut("cut") }), (30, { try $0.cut("cut") })]),
        Trial(name: "denies", script: [(12, { try $0.tell("denies", .deny, seconds: 3) })]),
        Trial(
            name: "stalls",
            script: [
                (15, { try $0.tell("stalls", .stall, seconds: 3.8) }),
                (30, { try $0.tell("stalls", .stall, seconds: 9) }),
            ]),
        Trial(name: "resets", settings: ["reset_every": 5.0]),
        // Told after 30 s; that it moves again is seen in the next picture analysed.
        Trial(name: "freezes", script: [(12, { try $0.tell("freezes", .freeze, seconds: 34) })], delay: 1),
    ]

    /// A camera that sends Motion JPEG, without any times, and is cut.
    private static func photographs(in folder: ScratchFolder) throws -> Trial {
        let film = folder.file("pictures.mjpeg").path
        try FFmpegProgram.run(source + ["-r", "5", "-c:v", "mjpeg", "-q:v", "4", "-an", "-f", "mjpeg", film])
        return Trial(
            name: "photographs", clips: [], settings: ["pictures": film, "picture_rate": 5.0],
            script: [(20, { try $0.cut("photographs") })], clock: "arrival", path: "video.mjpg", scheme: "http")
    }

    private static func clips(in folder: ScratchFolder) throws -> [String: CodedClip] {
        [
            "main": try CodedClip("main", in: folder, from: source, size: "640x360", group: 12),
            "small": try CodedClip("small", in: folder, from: source, size: "320x180", group: 12),
            "nested": try CodedClip("nested", in: folder, from: source, size: "640x360", group: 12, bFrames: 2),
            "liar": try CodedClip(
                "liar", in: folder, from: source, size: "640x360", group: 12,
                filter: ":tick_rate=200"),
            "modern": try CodedClip("modern", in: folder, from: source, codec: "hevc", size: "640x360", group: 12),
        ]
    }
}
