public import Foundation

/// Reads the published files of video temporal grounding: a JSON object a line (QVHighlights, and Charades-STA and
/// ActivityNet in its form), or ActivityNet Captions' one object for all videos.
public enum MomentFiles {
    /// Annotations of `url`. Throws ``GroundingError``.
    public static func annotations(_ url: URL) throws(GroundingError) -> [MomentAnnotation] {
        let records: [Numbered<MomentAnnotation>] = try lines(url)
        for record in records {
            let windows = record.value.relevantWindows
            if !windows.allSatisfy(isSpan) || !(record.value.duration > 0 && record.value.duration < 1e6) {
                throw .malformed(
                    file: url.path, line: record.line,
                    problem: "relevant_windows must hold [start, end] with start ≤ end, and duration be above 0")
            }
            if let clips = record.value.relevantClipIds, clips.count != record.value.saliencyScores?.count {
                throw .malformed(
                    file: url.path, line: record.line, problem: "relevant_clip_ids and saliency_scores differ in length"
                )
            }
        }
        return try unique(records, in: url, qid: \.qid)
    }

    /// Predictions of `url`. Throws ``GroundingError``.
    public static func predictions(_ url: URL) throws(GroundingError) -> [MomentPrediction] {
        let records: [Numbered<MomentPrediction>] = try lines(url)
        for record in records {
            let windows = record.value.predRelevantWindows ?? []
            if !windows.allSatisfy({ isSpan($0) && $0.count >= 3 }) {
                throw .malformed(
                    file: url.path, line: record.line,
                    problem: "pred_relevant_windows must hold [start, end, score] with start ≤ end")
            }
        }
        return try unique(records, in: url, qid: \.qid)
    }

    private struct Numbered<Value> {
        let line: Int
        let value: Value
    }

    private static func isSpan(_ window: [Double]) -> Bool {
        window.count >= 2 && window.allSatisfy(\.isFinite) && window[0] <= window[1]
    }

    private static func lines<Value: Decodable>(_ url: URL) throws(GroundingError) -> [Numbered<Value>] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var records: [Numbered<Value>] = []
        for (index, line) in try data(url).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
            do {
                records.append(Numbered(line: index + 1, value: try decoder.decode(Value.self, from: line)))
            } catch {
                throw .malformed(file: url.path, line: index + 1, problem: describe(error))
            }
        }
        return records
    }

    static func data(_ url: URL) throws(GroundingError) -> Data {
        do { return try Data(contentsOf: url) } catch {
            throw .unreadable(file: url.path, problem: "it is not there or may not be read")
        }
    }

    private static func unique<Value>(
        _ records: [Numbered<Value>], in url: URL, qid: KeyPath<Value, Int>
    ) throws(GroundingError) -> [Value] {
        var seen = Set<Int>()
        for record in records where !seen.insert(record.value[keyPath: qid]).inserted {
            throw .duplicateQuery(file: url.path, qid: record.value[keyPath: qid])
        }
        return records.map(\.value)
    }

    static func describe(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "the key \(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "wrong type at " + context.codingPath.map(\.stringValue).joined(separator: ".")
        default: "it is not valid JSON"
        }
    }
}
