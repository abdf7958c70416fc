import Base
import Foundation
import TestSupport
import Testing

/// `alertd ingest` and what it leaves in the embedded database, on the bundled clip.
@Suite("Ingest of recordings", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct RecordingIngestTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4")
    private static let begin = "2026-05-01T12:00:00Z"

    @Test("finds each queried event of the bundled clip and gives its anomaly the highest score")
    func bundledClip() throws {
        let folder = try ScratchFolder()
        let manifest = try ClipManifest.read(Fixtures.root.appending(path: "share/demo/MANIFEST.json"))
        let clip = try #require(manifest.clips.first)
        let queries = Set(clip.groundingQueries.map(\.query)).sorted()
        let summary = try IngestLine.last(of: ingest(into: folder, queries: queries))
        #expect(summary.errors == 0 && summary.events >= clip.groundingQueries.count)
        let events = try EventRow.list(state: folder)
        let start = try #require(WallTime(rfc3339: Self.begin))
        for truth in clip.groundingQueries {
            let span = TimeSpan(
                start: start.advanced(bySeconds: truth.start), end: start.advanced(bySeconds: truth.end))
            let best = events.filter { $0.query == truth.query }.map { $0.span.intersectionOverUnion(span) }.max()
            #expect((best ?? 0) >= 0.5, "\(truth.query) at \(truth.start) s")
        }
        let anomaly = try #require(clip.events.first { $0.anomalous })
        let scores = try AlertdProgram.run(["anomalies", "--json", "--state", folder.file("state").path])
        let rows = try scores.lines.map { try JSONDecoder().decode(ScoreRow.self, from: Data($0.utf8)) }
        let highest = try #require(rows.max { $0.score < $1.score })
        let at = try #require(WallTime(rfc3339: highest.at)).seconds(since: start)
        #expect(anomaly.start - 1 <= at && at <= anomaly.end + 1)
    }

    @Test("the same file again adds nothing, and a further query adds its events only")
    func again() throws {
        let folder = try ScratchFolder()
        let first = try IngestLine.last(of: ingest(into: folder, queries: ["a person"]))
        let before = try EventRow.list(state: folder)
        #expect(first.events == before.count && first.events > 0)
        let second = try IngestLine.last(of: ingest(into: folder, queries: ["a person"]))
        #expect(second.events == 0 && second.alreadyIngested == 1)
        #expect(try EventRow.list(state: folder) == before)
        let third = try IngestLine.last(of: ingest(into: folder, queries: ["a person", "a car"]))
        let after = try EventRow.list(state: folder)
        #expect(third.events > 0 && after.count == before.count + third.events)
        #expect(after.filter { $0.query != "a car" } == before)
    }

    @Test("pictures that show nothing new share an encoding, are stored as stills, and the events stay what they are")
    func changeGate() throws {
        let (gated, ungated) = (try ScratchFolder(), try ScratchFolder())
        let queries = ["a person walks through the yard", "a car drives through the yard"]
        let on = try IngestLine.last(of: ingest(into: gated, queries: queries))
        let off = try IngestLine.last(
            of: AlertdProgram.run(arguments(ungated, queries) + ["--no-change-gate"]))
        #expect(off.framesReused == 0 && off.framesAnalysed == on.framesAnalysed)
        #expect(on.framesReused > on.framesAnalysed / 8, "\(on.framesReused) of \(on.framesAnalysed)")
        let (with, without) = (try EventRow.list(state: gated), try EventRow.list(state: ungated))
        #expect(with.count == without.count && !with.isEmpty, "\(with) with the gate, \(without) without")
        for (one, other) in zip(with, without) {
            #expect(one.kind == other.kind && one.query == other.query)
            #expect(abs(one.span.start.seconds(since: other.span.start)) <= 1, "\(one) and \(other)")
            #expect(abs(one.span.end.seconds(since: other.span.end)) <= 1, "\(one) and \(other)")
        }
    }

    @Test("killed at any moment and repeated, it leaves the rows of an uninterrupted run", arguments: 1...6)
    func killed(attempt: Int) throws {
        let (whole, broken) = (try ScratchFolder(), try ScratchFolder())
        _ = try ingest(into: whole, queries: ["a person"])
        _ = try AlertdProgram.run(["db", "status", "--state", broken.file("state").path])
        let running = try AlertdProgram.start(arguments(broken, ["a person"]))
        usleep(UInt32(attempt) * 300_000)
        running.signal(SIGKILL)
        _ = try running.wait()
        _ = try ingest(into: broken, queries: ["a person"])
        #expect(try EventRow.list(state: broken).map(\.withoutID) == EventRow.list(state: whole).map(\.withoutID))
        #expect(try servers(of: broken) == 0, "the orphaned server was not stopped")
    }

    @Test("told to stop, it ends in order and leaves no server behind")
    func terminated() throws {
        let folder = try ScratchFolder()
        _ = try AlertdProgram.run(["db", "status", "--state", folder.file("state").path])
        let running = try AlertdProgram.start(arguments(folder, ["a person"]))
        usleep(500_000)
        running.signal(SIGTERM)
        let outcome = try running.wait()
        // It may have been done already; otherwise it says so and has stored nothing.
        if outcome.status != 0 {
            #expect(outcome.status == 2 && outcome.errors.contains("interrupted"))
            #expect(try EventRow.list(state: folder).isEmpty)
        }
        #expect(try servers(of: folder) == 0)
    }

    @Test("several recordings follow each other, and a broken one among them does not stop the rest")
    func several() throws {
        let folder = try ScratchFolder()
        let media = Fixtures.folder.appending(path: "media")
        let outcome = try AlertdProgram.run([
            "ingest", media.appending(path: "bframes.mp4").path, media.appending(path: "text.mp4").path,
            media.appending(path: "missing.mp4").path, media.appending(path: "plain.mkv").path, "--camera", "gate",
            "--state", folder.file("state").path,
        ])
        #expect(outcome.status == 2 && outcome.errorLines.count == 2)
        let summary = try IngestLine.last(of: outcome)
        #expect(summary.framesAnalysed > 0 && summary.mediaSeconds > 0)
    }

    @Test("a folder of exports is taken by name, links and other files left alone; an empty one is refused")
    func exports() throws {
        let folder = try ScratchFolder()
        let media = Fixtures.folder.appending(path: "media")
        let (files, exports) = (FileManager.default, folder.file("exports"))
        try files.createDirectory(at: exports.appending(path: "2026-05-01"), withIntermediateDirectories: true)
        try files.copyItem(at: media.appending(path: "plain.mkv"), to: exports.appending(path: "2026-05-01/10.MKV"))
        try files.copyItem(at: media.appending(path: "bframes.mp4"), to: exports.appending(path: "2.mp4"))
        try Data("notes".utf8).write(to: exports.appending(path: "notes.txt"))
        try files.createSymbolicLink(at: exports.appending(path: "link.mp4"), withDestinationURL: Self.clip)
        let arguments = ["--camera", "gate", "--state", folder.file("state").path]
        let outcome = try AlertdProgram.run(["ingest", exports.path] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let parts = try ["plain.mkv", "bframes.mp4"].map { name in
            try IngestLine.last(
                of: AlertdProgram.run([
                    "ingest", media.appending(path: name).path, "--camera", name.prefix { $0 != "." } + "",
                    "--state", folder.file("state").path,
                ]))
        }
        let summary = try IngestLine.last(of: outcome)
        #expect(abs(summary.mediaSeconds - parts.map(\.mediaSeconds).reduce(0, +)) < 0.01)
        let empty = folder.file("empty")
        try files.createDirectory(at: empty, withIntermediateDirectories: true)
        let refused = try AlertdProgram.run(["ingest", empty.path] + arguments)
        #expect(refused.status == 2 && refused.errors.contains("no video files"), "\(refused.errors)")
    }

    @Test("standard input is read from a pipe and from a file, and is the same recording both ways")
    func standardInput() throws {
        let folder = try ScratchFolder()
        let state = folder.file("state").path
        let rest = "ingest - --camera gate --start \(Self.begin) --state \(state)"
        let program = AlertdProgram.executable.path
        for (line, known) in [
            ("cat \(Self.clip.path) | \(program) \(rest)", 0), ("\(program) \(rest) < \(Self.clip.path)", 1),
        ] {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", line]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let last = try #require(text.split(separator: "\n").last)
            #expect(last.contains("\"already_ingested\":\(known)") && last.contains("\"media_seconds\":118"), "\(text)")
        }
        let nothing = try AlertdProgram.run(["ingest", "-", "--camera", "gate", "--state", state])
        #expect(nothing.status == 2 && nothing.errorLines.count == 1, "\(nothing.errors)")
    }

    @Test("a file that only root can read is analysed, although alertd gives up root before it decodes")
    func privateFile() throws {
        if geteuid() != 0 {
            try skipCase("a file that only root can read", because: "this test run is not root's")
        }
        let folder = try ScratchFolder()
        let path = try folder.write("private.mp4", Data(contentsOf: Self.clip))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let outcome = try AlertdProgram.run(
            ["ingest", path, "--camera", "gate", "--state", folder.file("state").path])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let owner = try FileManager.default.attributesOfItem(atPath: folder.file("state").path)[.ownerAccountName]
        #expect(owner as? String != "root")
    }

    @Test("searches what was ingested, and says with its exit code when there is nothing")
    func search() throws {
        let folder = try ScratchFolder()
        _ = try ingest(into: folder, queries: [])
        let state = folder.file("state").path
        let found = try AlertdProgram.run(["search", "a car", "--json", "--state", state])
        #expect(found.status == 0 && !found.lines.isEmpty)
        let nothing = try AlertdProgram.run(["search", "a car", "--since", "2027-01-01T00:00:00Z", "--state", state])
        #expect(nothing.status == 1 && nothing.output.isEmpty)
    }

    private func arguments(_ folder: ScratchFolder, _ queries: [String]) -> [String] {
        ["ingest", Self.clip.path, "--camera", "yard", "--start", Self.begin, "--state", folder.file("state").path]
            + queries.flatMap { ["--query", $0] }
    }

    private func ingest(into folder: ScratchFolder, queries: [String]) throws -> AlertdProgram.Outcome {
        let outcome = try AlertdProgram.run(arguments(folder, queries))
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome
    }

    /// How many PostgreSQL servers run on the cluster of `folder`.
    private func servers(of folder: ScratchFolder) throws -> Int {
        let data = folder.file("state/postgres").path
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").count { name in
            guard Int(name) != nil, let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return false }
            return String(decoding: line, as: UTF8.self).contains(data)
        }
    }

    private struct ScoreRow: Decodable {
        let at: String
        let score: Double
    }
}
