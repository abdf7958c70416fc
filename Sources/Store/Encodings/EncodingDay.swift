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
        /// Its sum among those of the day, if there is one of exactly these frames: a bound on every vector of the minute.
        package let sum: Int?
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
    /// The sums of minutes, to be multiplied with queries at once.
    package let sums: MinuteSums

    private let map: MappedBytes
    private let recordOffsets: [Int]
    private let scanner: EncodingScanner

    /// The file's bytes: row r is `base + rowOffsets[r]`, D signed bytes.
    package var base: UnsafeRawPointer? { map.bytes.baseAddress }

    init(camera: CameraID, map: MappedBytes, dimension: Int, found: EncodingScanner.Found) {
        self.camera = camera
        self.map = map
        scanner = EncodingScanner(map.bytes, dimension: dimension)
        let frames = Dictionary(found.places.lazy.filter { $0.kind == .frame }.map { ($0.offset, $0) }) { $1 }
        var byMinute: [WallTime: [EncodingScanner.Entry]] = [:]
        for entry in found.entries where frames[entry.base] != nil {
            byMinute[entry.time.minute, default: []].append(entry)
        }
        var (minutes, times, shown): ([Minute], [WallTime], [Int]) = ([], [], [])
        var (recordOffsets, firstRow, rowOffsets): ([Int], [Int], [UInt64]) = ([], [], [])
        var sums = MinuteSums(dimension: dimension)
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
                    for look in 0..<(frames[entry.base].map(scanner.looks) ?? 0) {
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
                    sum: summary.map { sums.add($0) }))
        }
        firstRow.append(rowOffsets.count)
        (self.minutes, self.times, self.shown) = (minutes, times, shown)
        (self.recordOffsets, self.firstRow, self.rowOffsets) = (recordOffsets, firstRow, rowOffsets)
        self.sums = sums
    }

    /// Bytes that the index takes.
    var indexBytes: Int {
        8 * (2 * times.count + 2 * recordOffsets.count + rowOffsets.count) + 64 * minutes.count + sums.values.count
    }

    /// The minutes that share a moment with `span`.
    package func minutes(during span: TimeSpan) -> Range<Int> {
        let first = minutes.partitioningIndex { $0.start.advanced(bySeconds: 60) > span.start }
        return first..<max(first, minutes.partitioningIndex { $0.start >= span.end })
    }

    /// The frames inside `span`, by time.
    package func frames(during span: TimeSpan) -> Range<Int> {
        let first = times.partitioningIndex { $0 >= span.start }
        return first..<max(first, times.partitioningIndex { $0 >= span.end })
    }

    /// What one step of a row's integers is worth; a record that was erased since the index was made has NaN.
    package func scale(row: Int) -> Float {
        let offset = Int(rowOffsets[row])
        return Float(bitPattern: map.bytes.number(at: offset - 4, UInt32.self))
    }

    /// The same for the row whose bytes begin at `base + row`, where calls would cost more than the work.
    @inlinable
    package static func scale(_ base: UnsafeRawPointer, row: UInt64) -> Float {
        Float(bitPattern: UInt32(littleEndian: base.loadUnaligned(fromByteOffset: Int(row) - 4, as: UInt32.self)))
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

/// The means of a day's minutes side by side, and how far from each the minute's vectors lie.
package struct MinuteSums: Sendable {
    /// D.
    package let dimension: Int
    /// The means' integers [M, D].
    package private(set) var values: [Int8] = []
    /// What one step of each mean's integers is worth [M].
    package private(set) var scales: [Float] = []
    /// No vector of the minute is further from its mean [M].
    package private(set) var radii: [Float] = []

    init(dimension: Int) { self.dimension = dimension }

    /// Adds one; its number.
    fileprivate mutating func add(_ summary: MinuteSummary) -> Int {
        values += summary.mean.values
        scales.append(summary.mean.scale)
        radii.append(summary.radius)
        return scales.count - 1
    }
}

extension Array {
    /// The first place from which on `belongs` holds; it must hold for no element before one for which it does not.
    fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension EncodingFormat {
    /// Where the bytes of a look's vector begin, of the record at `record`.
    static func rowOffset(_ record: Int, _ look: Int, dimension: Int) -> Int {
        record + recordHeaderSize + 12 + look * lookSize(dimension) + 20
    }
}
