package import Base

/// Days that were indexed, kept as long as their files are the same; the least lately used goes first.
struct DayCache {
    private struct Entry {
        let size: Int
        let modified: WallTime
        let day: EncodingDay
        var used: Int
    }

    /// Most bytes of indexes; the vectors themselves are the page cache's.
    private static let mostBytes = 512 << 20

    private var entries: [String: Entry] = [:]
    private var clock = 0

    mutating func day(_ path: String, size: Int, modified: WallTime) -> EncodingDay? {
        guard let entry = entries[path], entry.size == size, entry.modified == modified else { return nil }
        clock += 1
        entries[path]?.used = clock
        return entry.day
    }

    mutating func keep(_ day: EncodingDay, _ path: String, size: Int, modified: WallTime) {
        clock += 1
        entries[path] = Entry(size: size, modified: modified, day: day, used: clock)
        var bytes = entries.values.reduce(0) { $0 + $1.day.indexBytes }
        for (path, entry) in entries.sorted(by: { $0.value.used < $1.value.used }) where bytes > Self.mostBytes {
            bytes -= entry.day.indexBytes
            entries[path] = nil
        }
    }
}

extension EncodingReader {
    /// Calls `body` with each stored day of `camera` that shares a moment with `span`, oldest first, on the reader's thread,
    /// until the task is cancelled, and returns what it made of `initial`. Every record was checked when its day was indexed.
    ///
    /// Throws ``StoreError/encodingFile(path:step:why:)`` for a file whose header is damaged.
    package func reduceDays<Result: Sendable>(
        of camera: CameraID, during span: TimeSpan, into initial: Result,
        _ body: @Sendable (inout Result, EncodingDay) -> Void
    ) throws(StoreError) -> Result {
        var result = initial
        for day in folder.days(camera, from: span.start.dayName, to: span.end.dayName) {
            if Task.isCancelled { break }
            if let indexed = try indexed(camera, day) { body(&result, indexed) }
        }
        return result
    }

    /// The encodings of `camera` inside `span`, by time, through the index.
    package func indexedEncodings(of camera: CameraID, during span: TimeSpan) throws(StoreError) -> [FrameEncoding] {
        var all: [FrameEncoding] = []
        for day in folder.days(camera, from: span.start.dayName, to: span.end.dayName) {
            guard let day = try indexed(camera, day) else { continue }
            for minute in day.minutes {
                guard minute.start < span.end, minute.start.advanced(bySeconds: 60) > span.start else { continue }
                var last: (record: Int, encoding: FrameEncoding)?
                for frame in minute.frames where day.times[frame] >= span.start && day.times[frame] < span.end {
                    let (record, time) = (day.shown[frame], day.times[frame])
                    if let last, last.record == record {
                        all.append(FrameEncoding(time: time, looks: last.encoding.looks))
                    } else if let encoding = day.encoding(record: record, at: time) {
                        last = (record, encoding)
                        all.append(encoding)
                    }
                }
            }
        }
        return all
    }

    /// The index of a day, made anew when its file has changed; nil when there is none.
    private func indexed(_ camera: CameraID, _ day: String) throws(StoreError) -> EncodingDay? {
        let path = try folder.path(camera, day: day)
        guard let file = EncodingFolder.file(path, day: day) else { return nil }
        if let known = cache.day(path, size: Int(file.size), modified: file.written) { return known }
        guard let map = try open(camera, day) else { return nil }
        let scanner = EncodingScanner(map.bytes, dimension: folder.encoder.dimension)
        let found = scanner.scan(from: EncodingFormat.headerSize)
        let made = EncodingDay(camera: camera, map: map, dimension: folder.encoder.dimension, found: found)
        // As the file was before it was read: what came meanwhile makes the next call look again.
        cache.keep(made, path, size: Int(file.size), modified: file.written)
        return made
    }
}
