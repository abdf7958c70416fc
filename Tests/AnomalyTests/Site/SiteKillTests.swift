import Anomaly
import Base
import Foundation
import TestSupport
import Testing

/// A simulated camera whose process dies at random points: what it had in memory is gone, its snapshot (every ten minutes)
/// and the encodings stored since are there.
@Suite("A simulated camera that is killed", .timeLimit(.minutes(10)))
struct SiteKillTests {
    private static let saving = 600.0
    private static let settings: SiteRun.Settings = {
        var settings = SiteRun.Settings()
        settings.days = 2
        settings.secondsPerFrame = 8
        settings.incidentEvery = 0.2
        return settings
    }()

    private static func model<Camera: SiteCamera>(of kind: Camera.Type) throws -> AnomalyModel {
        let camera = try #require(CameraID("gate"))
        let encoder = EncoderIdentity(name: "simulated", digest: "0", width: Camera.width, resolution: "none")
        return AnomalyModel(
            camera: camera, encoder: encoder, sentences: nil, ceilingPerDay: 20,
            constants: AnomalyConstants(period: settings.secondsPerFrame))
    }

    /// Watches one camera twice: once undisturbed, once killed about every hour, often enough in the middle of an alarm or of
    /// writing the snapshot.
    private func compare<Camera: SiteCamera>(_ kind: Camera.Type, seed: UInt64) throws -> (kills: Int, alarms: Int) {
        var settings = Self.settings
        settings.seed = seed
        var station = try Station<Camera>(settings, number: 1)
        var random = SeededRandom(seed &+ 77)
        var (whole, killed) = (try Self.model(of: kind), try Self.model(of: kind))
        let folder = try ScratchFolder()
        let file = folder.file("gate.normality")
        var stored: [AnomalyFrame] = []
        var (time, savedAt, kills, alarms) = (0.0, 0.0, 0, 0)
        while time < settings.days * 86_400 {
            defer { time += settings.secondsPerFrame }
            guard let frame = station.frame(at: time) else { continue }
            let isAlarming =
                (whole.observe(frame).map { reading in
                    alarms += reading.changes.count { if case .opened = $0 { true } else { false } }
                    return reading.ratio >= 1
                }) ?? false
            if random.unit() < settings.secondsPerFrame / 3600 || (isAlarming && random.unit() < 0.2) {
                kills += 1
                // Killed while the next snapshot was being written: half a file lies beside the whole one.
                if kills % 3 == 0 { try killed.snapshot().prefix(1000).write(to: URL(filePath: file.path + "~")) }
                killed = try Self.model(of: kind)
                if let data = try? Data(contentsOf: file) { try killed.restore(data, file: file.path) }
                for missed in stored { _ = killed.observe(missed) }
            }
            let reading = killed.observe(frame)
            stored.append(frame)
            try #require(reading?.ratio.isFinite ?? true)
            if time - savedAt >= Self.saving {
                savedAt = time
                try SnapshotFile.write(try killed.snapshot(), to: file)
                stored = []
            }
        }
        #expect(killed.achievedRate == whole.achievedRate && killed.phase == whole.phase)
        #expect(killed.threshold == whole.threshold)
        #expect(try killed.snapshot() == whole.snapshot(), "banks, histories and calibration are the same, to the bit")
        return (kills, alarms)
    }

    @Test("loses and doubles nothing: it ends as one that was never killed")
    func killed() throws {
        let regime = try compare(RegimeCamera.self, seed: 1)
        let episode = try compare(EpisodeCamera.self, seed: 2)
        #expect(regime.kills > 25 && episode.kills > 25)
        #expect(regime.alarms + episode.alarms > 0)
    }
}
