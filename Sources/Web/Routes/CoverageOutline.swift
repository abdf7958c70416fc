internal import Base
internal import Store

/// A ledger for a long time: gaps too short to be drawn become part of what is watched around them.
enum CoverageOutline {
    /// `rows` without gaps shorter than `shortest` seconds, neighbours of one kind joined; by camera and time, as they came.
    static func merged(_ rows: [CoverageRecord], shortest: Double) -> [CoverageRecord] {
        var merged: [CoverageRecord] = []
        for row in rows {
            let isShort = !row.isWatched && row.during.seconds < shortest
            guard let last = merged.last, last.camera == row.camera, last.during.end >= row.during.start else {
                merged.append(row)
                continue
            }
            if isShort || last.reason == row.reason {
                let end = max(last.during.end, row.during.end)
                merged[merged.count - 1] = CoverageRecord(
                    camera: last.camera, during: TimeSpan(start: last.during.start, end: end), reason: last.reason)
            } else {
                merged.append(row)
            }
        }
        return merged
    }
}
