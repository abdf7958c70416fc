import Base

/// A change as it lies in the spool.
///
/// In a file: marker (4), payload size (4), CRC-32 of size and payload (4), payload: kind (1), the change. All numbers
/// little-endian.
enum SpoolRecord {
    static let headerSize = 12
    /// `SPL1`
    static let marker: UInt32 = 0x314C_5053
    /// Marks bytes that were erased.
    static let voidMarker: UInt32 = 0x304C_5053
    static let mostBytes = 1 << 26

    /// The bytes of a record that holds `write`.
    static func bytes(_ write: StoreWrite) -> [UInt8] {
        let payload = encode(write)
        let size = UInt32(payload.count).littleEndianBytes
        return marker.littleEndianBytes + size + CRC32.checksum(size, payload).littleEndianBytes + payload
    }

    /// Bytes that say nothing, at least ``headerSize``.
    static func void(size: Int) -> [UInt8] {
        let payload = UInt32(size - headerSize).littleEndianBytes
        return voidMarker.littleEndianBytes + payload + CRC32.checksum(payload).littleEndianBytes
            + [UInt8](repeating: 0, count: size - headerSize)
    }

    private static func encode(_ write: StoreWrite) -> [UInt8] {
        var writer = ByteWriter()
        switch write {
        case .leased(let body, let stamp):
            writer.put(UInt8(8))
            writer.put(stamp.token)
            writer.put(stamp.at)
            return writer.bytes + encode(body)
        case .event(let event):
            writer.put(UInt8(1))
            put(event, &writer)
        case .scores(let samples, let camera):
            writer.put(UInt8(2))
            writer.put(camera.name)
            writer.put(UInt32(samples.count))
            for sample in samples {
                writer.put(sample.lane)
                writer.put(sample.at)
                writer.put(sample.value)
                writer.put(sample.pValue)
                writer.put(sample.explanation)
            }
        case .coverage(let span, let camera):
            writer.put(UInt8(3))
            writer.put(camera.name)
            writer.put(span.start)
            writer.put(span.end)
        case .closeOpenEvents: writer.put(UInt8(4))
        case .closeEvents(let camera):
            writer.put(UInt8(7))
            writer.put(camera.name)
        case .index(let minutes):
            writer.put(UInt8(5))
            writer.put(UInt32(minutes.count))
            for minute in minutes { put(minute, &writer) }
        case .footage(let record):
            writer.put(UInt8(6))
            writer.put(record.camera.name)
            writer.put(record.kind.rawValue)
            writer.put(record.during.start)
            writer.put(record.during.end)
            writer.put(record.file)
            writer.put(record.bytes)
        }
        return writer.bytes
    }

    private static func put(_ write: EventWrite, _ writer: inout ByteWriter) {
        let event = write.event
        writer.put(event.camera.name)
        switch event.source {
        case .query(let name, let text):
            writer.put(UInt8(1))
            writer.put(name)
            writer.put(text)
        case .anomaly(let lane):
            writer.put(UInt8(2))
            writer.put(lane)
        case .blind(let reason):
            writer.put(UInt8(3))
            writer.put(reason.rawValue)
        }
        writer.put(event.during.start)
        writer.put(event.during.end)
        for number in [event.startError, event.endError, event.score] { writer.put(number) }
        writer.put(event.isOpen)
        writer.put(event.anomalyScore)
        writer.put(event.clock.rawValue)
        writer.put(event.box != nil)
        if let box = event.box { for edge in [box.left, box.top, box.right, box.bottom] { writer.put(edge) } }
        writer.put(write.description)
        writer.put(write.descriptionOrigin)
        writer.put(write.idempotencyKey)
        writer.put(write.replaces)
        writer.put(write.explanation)
    }

    private static func put(_ row: EncodingMinute, _ writer: inout ByteWriter) {
        writer.put(row.camera.name)
        writer.put(row.encoder)
        writer.put(row.file)
        writer.put(row.summary.minute)
        for number in [
            row.summary.frames, row.summary.looks, row.summary.stills, row.summary.position, row.summary.bytes,
        ] {
            writer.put(Int64(number))
        }
        writer.put(row.summary.radius.bitPattern)
    }

    /// The change in a payload whose checksum was right; nil if it is malformed all the same.
    static func decode(_ payload: ArraySlice<UInt8>) -> StoreWrite? {
        var reader = ByteReader(payload)
        guard let kind = reader.integer(UInt8.self), let write = decode(kind, &reader), reader.isAtEnd else {
            return nil
        }
        return write
    }

    private static func decode(_ kind: UInt8, _ reader: inout ByteReader) -> StoreWrite? {
        switch kind {
        case 1: return event(&reader).map { .event($0) }
        case 2:
            guard let camera = reader.camera(), let samples = reader.list(sample) else { return nil }
            return .scores(samples, camera: camera)
        case 3:
            guard let camera = reader.camera(), let start = reader.time(), let end = reader.time(), start <= end else {
                return nil
            }
            return .coverage(TimeSpan(start: start, end: end), camera: camera)
        case 4: return .closeOpenEvents
        case 5: return reader.list(minute).map { .index($0) }
        case 6: return footage(&reader).map { .footage($0) }
        case 7: return reader.camera().map { .closeEvents(of: $0) }
        case 8:
            guard let token = reader.integer(Int64.self), token > 0, let time = reader.time(),
                let inner = reader.integer(UInt8.self), inner != kind, let body = decode(inner, &reader)
            else { return nil }
            return .leased(body, LeaseStamp(token: token, at: time))
        default: return nil
        }
    }

    private static func sample(_ reader: inout ByteReader) -> ScoreSample? {
        guard let lane = reader.text(), let time = reader.time(), let value = reader.real(),
            let pValue = reader.optional({ $0.real() }), let explanation = reader.optional({ $0.text() })
        else { return nil }
        return ScoreSample(lane: lane, at: time, value: value, pValue: pValue, explanation: explanation)
    }

    private static func minute(_ reader: inout ByteReader) -> EncodingMinute? {
        guard let camera = reader.camera(), let encoder = reader.bytes(), let file = reader.text(),
            let minute = reader.time()
        else { return nil }
        var numbers: [Int] = []
        for _ in 0..<5 {
            guard let number = reader.integer(Int64.self) else { return nil }
            numbers.append(Int(number))
        }
        guard let radius = reader.integer(UInt32.self) else { return nil }
        // The mean is in the file; a row has no use for it.
        let summary = MinuteSummary(
            minute: minute, frames: numbers[0], looks: numbers[1], stills: numbers[2], position: numbers[3],
            bytes: numbers[4], radius: Float(bitPattern: radius), mean: QuantizedVector(scale: 0, values: []))
        return EncodingMinute(camera: camera, encoder: encoder, file: file, summary: summary)
    }

    private static func footage(_ reader: inout ByteReader) -> FootageRecord? {
        guard let camera = reader.camera(), let kind = reader.text().flatMap({ FootageRecord.Kind(rawValue: $0) }),
            let start = reader.time(), let end = reader.time(), start <= end, let file = reader.text(),
            let bytes = reader.integer(Int64.self)
        else { return nil }
        return FootageRecord(
            camera: camera, kind: kind, during: TimeSpan(start: start, end: end), file: file, bytes: bytes)
    }

    private static func source(_ reader: inout ByteReader) -> Event.Source? {
        switch reader.integer(UInt8.self) {
        case 1:
            guard let name = reader.text(), let text = reader.text() else { return nil }
            return .query(name: name, text: text)
        case 2: return reader.text().map { .anomaly(lane: $0) }
        case 3: return reader.text().flatMap { Event.BlindReason(rawValue: $0) }.map { .blind(reason: $0) }
        default: return nil
        }
    }

    private static func box(_ reader: inout ByteReader) -> Box? {
        guard let left = reader.real(), let top = reader.real(), let right = reader.real(), let bottom = reader.real()
        else { return nil }
        return Box(left: left, top: top, right: right, bottom: bottom)
    }

    private static func event(_ reader: inout ByteReader) -> EventWrite? {
        guard let camera = reader.camera(), let source = source(&reader), let start = reader.time(),
            let end = reader.time(), start <= end, let startError = reader.real(), let endError = reader.real(),
            let score = reader.real(), let isOpen = reader.flag(), let anomalyScore = reader.optional({ $0.real() }),
            let clock = reader.text().flatMap({ ClockSource(rawValue: $0) }), let box = reader.optional(box),
            let description = reader.optional({ $0.text() }), let origin = reader.text(), let key = reader.text(),
            let replaces = reader.optional({ $0.text() }),
            // Absent from records of before there were explanations.
            let explanation = reader.isAtEnd ? .some(nil) : reader.optional({ $0.text() })
        else { return nil }
        let event = Event(
            camera: camera, source: source, during: TimeSpan(start: start, end: end), startError: startError,
            endError: endError, isOpen: isOpen, score: score, anomalyScore: anomalyScore, box: box, clock: clock)
        return EventWrite(
            event: event, description: description, descriptionOrigin: origin, idempotencyKey: key, replaces: replaces,
            explanation: explanation)
    }
}
