import Foundation
import Glibc
import TestSupport
import Testing

/// Hours of bad network in minutes: what `make long` runs. Nothing in an ordinary run.
@Suite("alertd run through thousands of lost connections", .tags(.integration), .timeLimit(.minutes(180)), .serialized)
struct CameraSoakTests {
    /// `ALERTD_SOAK_SECONDS`; none in an ordinary run.
    private static var lengths: [Double] {
        (ProcessInfo.processInfo.environment["ALERTD_SOAK_SECONDS"].flatMap { Double($0) }).map { [$0] } ?? []
    }

    /// What the daemon takes at one moment.
    private struct Reading {
        let memory: Double
        let threads: Double
        let files: Double
    }

    @Test("takes no more memory, threads and files at the end than at the beginning", arguments: lengths)
    func flat(seconds: Double) throws {
        let folder = try ScratchFolder()
        let pattern = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=12:d=4"]
        let clip = try CodedClip("main", in: folder, from: pattern, size: "320x180", group: 12)
        let cameras = try HostileCameras(longest: Int(seconds) + 900)
        let silent = try (0..<4).map { _ in try SilentPort(.accepts) }
        var entries: [(name: String, url: String)] = silent.enumerated().map {
            ("silent\($0)", "rtsp://127.0.0.1:\($1.number)/a")
        }
        for number in 0..<20 {
            // Each is reset after 1 to 3 s.
            let life = 1 + Double(number % 5) / 2
            let port = try cameras.open("c\(number)", clips: ["main": clip], settings: ["reset_every": life])
            entries.append(("c\(number)", "rtsp://127.0.0.1:\(port)/a"))
        }
        let site = try DaemonSite()
        try site.configure(entries, more: "open_timeout_seconds: 1, read_timeout_seconds: 1")
        try site.start()
        let process = try #require(site.run).identifier
        let begin = ContinuousClock.now
        var readings: [Reading] = []
        var turn = 0
        while (ContinuousClock.now - begin) / .seconds(1) < seconds {
            pass(2)
            readings.append(try Self.reading(process))
            let camera = "c\(turn % 20)"
            switch turn % 4 {
            case 0: try cameras.tell(camera, .refuse, seconds: 4)
            case 1: try cameras.tell(camera, .hang, seconds: 3)
            case 2: try cameras.tell(camera, .stall, seconds: 4)
            default: try cameras.cut(camera)
            }
            turn += 1
        }
        let connections = try (0..<20).map { try cameras.sent("c\($0)").count }.reduce(0, +)
        let (outcome, _) = try site.stop()
        #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
        let (early, late) = (Self.median(readings, from: 0.2, to: 0.4), Self.median(readings, from: 0.8, to: 1))
        print(
            "soak: \(Int(seconds)) s, \(connections) connections; memory \(early.memory) → \(late.memory) MiB,",
            "threads \(early.threads) → \(late.threads), files \(early.files) → \(late.files)")
        #expect(connections > Int(seconds))
        #expect(late.memory < early.memory * 1.05)
        #expect(late.threads < early.threads + 4 && late.files < early.files + 8)
    }

    private static func median(_ readings: [Reading], from: Double, to: Double) -> Reading {
        let count = Double(readings.count)
        let part = readings[Int(count * from)..<Int(count * to)]
        func middle(_ value: (Reading) -> Double) -> Double { part.map(value).sorted()[part.count / 2] }
        return Reading(memory: middle(\.memory), threads: middle(\.threads), files: middle(\.files))
    }

    /// Resident memory in MiB and threads by proc(5)'s status, open files by its fd.
    private static func reading(_ process: Int32) throws -> Reading {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        func number(_ key: String) throws -> Double {
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(key + ":") })
            return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) })
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
        return Reading(memory: try number("VmRSS") / 1024, threads: try number("Threads"), files: Double(files))
    }
}
