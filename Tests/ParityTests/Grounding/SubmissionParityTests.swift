import Foundation
import Grounding
import TestSupport
import Testing

/// A published submission to QVHighlights and the metrics that the published script gives for it.
@Suite("published submission", .tags(.parity), .timeLimit(.minutes(5)))
struct SubmissionParityTests {
    @Test("the metrics of a whole split are the published ones")
    func split() throws {
        guard let folder = Fixtures.media?.appending(path: "text/qvhighlights") else {
            print("parity: no shared texts (ALERTD_MEDIA), QVHighlights' submission not tested")
            return
        }
        let names = ["sample_val_preds.jsonl", "highlight_val_release.jsonl", "sample_val_preds_metrics_raw.json"]
        let files = names.map { folder.appending(path: $0) }
        guard files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) else {
            try skipCase("QVHighlights", because: "the submission is not in \(folder.path)")
        }
        let report = try VideoGroundingReport(
            predictions: MomentFiles.predictions(files[0]), annotations: MomentFiles.annotations(files[1]))
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: files[2]))
        try MetricsParity.expect(report, try #require(json as? [String: [String: Any]]))
    }
}
