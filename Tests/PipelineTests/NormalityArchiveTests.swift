import Anomaly
import Base
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("What is normal, kept between runs")
struct NormalityArchiveTests {
    private func model(_ name: String = "gate", ceiling: Double = 1) throws -> AnomalyModel {
        AnomalyModel(
            camera: try #require(CameraID(name)),
            encoder: EncoderIdentity(name: "e", digest: "00", width: 4, resolution: "8x8"), sentences: nil,
            ceilingPerDay: ceiling)
    }

    private func time(_ seconds: Double) -> WallTime {
        WallTime(microseconds: 1_700_000_000_000_000).advanced(bySeconds: seconds)
    }

    private func frame(_ second: Double) -> AnomalyFrame {
        let angle = Float(second.truncatingRemainder(dividingBy: 7)) / 3
        return AnomalyFrame(
            encoding: FrameEncoding(
                time: time(second), looks: [.init(box: .whole, values: [cos(angle), sin(angle), 0, 0])]))
    }

    @Test("each camera has its own past, live and recorded apart, and shows how it stands")
    func standings() async throws {
        let folder = try ScratchFolder()
        let archive = NormalityArchive(stateDirectory: folder.file("").path)
        var gate = try model(ceiling: 2)
        for second in 0..<700 { _ = gate.observe(frame(Double(second))) }
        try await archive.save(gate, .live)
        try await archive.save(try model("yard"), .live)
        try await archive.save(try model("door"), .recorded)
        let standings = await archive.standings()
        #expect(standings.map(\.camera) == ["gate", "yard"])
        let standing = try #require(standings.first).standing.get()
        #expect(standing.phase == .warming && standing.rate.ceilingPerDay == 2)
        #expect(abs(standing.watchedDays * 86_400 - 699) < 1)
        #expect(standing.text.contains("not certifiable before 1.5 days without an alarm"))
        #expect(await archive.standings(.recorded).map(\.camera) == ["door"])
    }

    @Test("erasing a span removes its vectors from both pasts")
    func erase() async throws {
        let folder = try ScratchFolder()
        let archive = NormalityArchive(stateDirectory: folder.file("").path)
        var gate = try model()
        for second in 0..<700 { _ = gate.observe(frame(Double(second))) }
        try await archive.save(gate, .live)
        try await archive.save(gate, .recorded)
        let before = try size(folder, "live")
        let isKept = try await archive.erase(
            gate.camera, during: TimeSpan(start: time(0), end: time(10_000)))
        #expect(isKept)
        #expect(try size(folder, "live") < before && size(folder, "recorded") == size(folder, "live"))
        let isUnknown = try await archive.erase(
            try #require(CameraID("other")), during: TimeSpan(start: time(0), end: time(1)))
        #expect(!isUnknown)
    }

    private func size(_ folder: ScratchFolder, _ kind: String) throws -> Int {
        try Data(contentsOf: folder.file("normality/\(kind)/gate")).count
    }
}
