package import Base

// Letters: D width of a vector.

/// One camera's day of encodings, mapped into memory and indexed for scanning. Stays on its reader's thread.
///
/// A *row* is the vector of one look as it lies in the file. A record holds the rows of one frame; still frames name a record
/// before them.
package final class EncodingDay {
    /// A minute, and what of the index belongs to it.
    package struct Minute {
        /// Its beginning.
        package let start: WallTime
        /// Its frames, by time.
        package let frames: Range<Int>
        /// The records that they show.
        package let records: Range<Int>
        /// Its sum, if that is of exactly these frames: a bound on every vector of the minute.
        package let summary: MinuteSummary?
    }

    /// The camera.
    package let camera: CameraID
    /// The minutes by time.
    package let minutes: [Minute]
    /// When each frame was seen.
    package let times: [WallTime]
    /// The record that each frame shows.
    package let shown: [Int]
    /// Where the rows of each record begin among all rows; one more entry than records.
    package let firstRow: [Int]
    /// Where in the file the D bytes of each row begin.
    package let rowOffsets: [UInt64]

    private let map: MappedBytes
    private let recordOffsets: [Int]
    private let scanner: EncodingScanner

    /// The file's bytes: row r is `base + rowOffsets[r]`, D signed bytes.
    package var base: UnsafeRawPointer? { map.bytes.baseAddress }

    init(camera: CameraID, map: MappedBytes, dimension: Int, found: EncodingScanner.Found) {
        self.camera = camera
        self.map = map
        scanner = EncodingScanner(map.bytes, dimension: dimension)
        let frames = Dictionary(found.places.lazy.filter { $0.kind == .frame }.map { ($0.offset, $0.size) }) { $1 }
        var byMinute: [WallTime: [EncodingScanner.Entry]] = [:]
        for entry in found.entries where frames[entry.base] != nil {
            byMinute[entry.time.minute, default: []].append(entry)
        }
        var (minutes, times, shown): ([Minute], [WallTime], [Int]) = ([], [], [])
        var (recordOffsets, firstRow, rowOffsets): ([Int], [Int], [UInt64]) = ([], [], [])
        for (start, entries) in byMinute.sorted(by: { $0.key < $1.key }) {
            let (firstFrame, firstRecord) = (times.count, recordOffsets.count)
            var number: [Int: Int] = [:]
            var last: WallTime?
            for entry in entries.sorted(by: { ($0.time, $0.base) < ($1.time, $1.base) }) where entry.time != last {
                last = entry.time
                let record = number[entry.base] ?? recordOffsets.count
                if number.updateValue(record, forKey: entry.base) == nil {
                    recordOffsets.append(entry.base)
                    firstRow.append(rowOffsets.count)
                    let looks = EncodingFormat.looks(payload: (frames[entry.base] ?? 0), dimension: dimension)
                    for look in 0..<looks {
                        rowOffsets.append(UInt64(EncodingFormat.rowOffset(entry.base, look, dimension: dimension)))
                    }
                }
                times.append(entry.time)
                shown.append(record)
            }
            let count = times.count - firstFrame
            let summary = found.summaries[start].flatMap { $0.frames == count ? $0 : nil }
            minutes.append(
                Minute(
                    start: start, frames: firstFrame..<times.count, records: firstRecord..<recordOffsets.count,
                    summary: summary))
        }
        firstRow.append(rowOffsets.count)
        (self.minutes, self.times, self.shown) = (minutes, times, shown)
        (self.recordOffsets, self.firstRow, self.rowOffsets) = (recordOffsets, firstRow, rowOffsets)
    }

    /// Bytes that the index takes.
    var indexBytes: Int { 8 * (2 * times.count + 2 * recordOffsets.count + rowOffsets.count) + 2048 * minutes.count }

    /// What one step of a row's integers is worth; a record that was erased since the index was made has NaN.
    package func scale(row: Int) -> Float {
        let offset = Int(rowOffsets[row])
        return Float(bitPattern: map.bytes.number(at: offset - 4, UInt32.self))
    }

    /// The part of the picture that a row shows.
    package func box(row: Int) -> Box {
        let offset = Int(rowOffsets[row]) - 20
        let edges = (0..<4).map { Double(Float(bitPattern: map.bytes.number(at: offset + 4 * $0, UInt32.self))) }
        return Box(left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
    }

    /// Whether a record is still there: erasing overwrites it.
    package func isThere(record: Int) -> Bool {
        map.bytes.number(at: recordOffsets[record], UInt32.self) == EncodingFormat.Kind.frame.rawValue
    }

    /// What a record shows, its checksum verified; nil when it was erased or damaged since.
    package func encoding(record: Int, at time: WallTime) -> FrameEncoding? {
        guard let looks = scanner.frame(at: recordOffsets[record])?.encoding.looks else { return nil }
        return FrameEncoding(time: time, looks: looks)
    }
}

extension EncodingFormat {
    /// Looks of a frame whose record takes `payload` bytes, header included.
    static func looks(payload size: Int, dimension: Int) -> Int {
        max(0, (size - recordHeaderSize - 12) / lookSize(dimension))
    }

    /// Where the bytes of a look's vector begin, of the record at `record`.
    static func rowOffset(_ record: Int, _ look: Int, dimension: Int) -> Int {
        record + recordHeaderSize + 12 + look * lookSize(dimension) + 20
    }
}
