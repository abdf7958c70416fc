import Base
import Foundation
import Grounding
import Pipeline
import TestSupport
import Testing

@Suite("How queries are calibrated, kept between runs")
struct CalibrationArchiveTests {
    private static let decoys = [
        TextEncoding(text: "a", values: [1, 0]), TextEncoding(text: "b", values: [0, 1]),
    ]
    private let empty = CameraCalibration(decoys: decoys, constants: .unfitted)
    private let now = WallTime(microseconds: 1_700_000_000_000_000)

    @Test("each camera has its own; another encoder's is not taken, and a damaged file is named")
    func keeping() async throws {
        let folder = try ScratchFolder()
        let archive = CalibrationArchive(stateDirectory: folder.file("").path)
        let (gate, yard) = (try #require(CameraID("gate")), try #require(CameraID("yard")))
        var calibration = empty
        let lane = CameraCalibration.Lane(text: "a car", zone: nil, ceilingPerDay: 0.5)
        calibration.watch([lane])
        calibration.judge(isIncident: false, [0.5], of: 0, from: now, number: 7)
        try await archive.save(calibration, of: gate, encoder: "e1")

        var found = try await archive.restored(empty, of: gate, encoder: "e1", now: now)
        found.watch([lane])
        #expect(found.lastVerdict == 7 && found.shifts == calibration.shifts && found.shifts[0] > 0)
        #expect(try await archive.restored(empty, of: gate, encoder: "e2", now: now).lastVerdict == 0)
        #expect(try await archive.restored(empty, of: yard, encoder: "e1", now: now).lastVerdict == 0)

        let file = folder.file("calibration/gate")
        var bytes = try Data(contentsOf: file)
        try bytes.write(to: folder.file("calibration/yard"))
        #expect(try await archive.restored(empty, of: yard, encoder: "e1", now: now).lastVerdict == 0)
        bytes[bytes.count - 9] ^= 1
        try bytes.write(to: file)
        let error = await #expect(throws: SnapshotError.self) {
            try await archive.restored(empty, of: gate, encoder: "e1", now: now)
        }
        #expect(error?.file == file.path && error?.problem == "the checksum is wrong")
    }
}
