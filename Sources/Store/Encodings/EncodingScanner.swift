import Base

/// Finds the records in the bytes of a file of encodings, believing nothing: damaged stretches are skipped, and the next
/// record is found by its marker and checksum.
struct EncodingScanner {
    /// One frame, and the record that holds what it shows.
    struct Entry: Equatable {
        let time: WallTime
        /// Where the record of its looks begins.
        let base: Int
        let isStill: Bool
    }

    /// Where a record is.
    struct Place: Equatable {
        let kind: EncodingFormat.Kind
        let offset: Int
        let size: Int
        var end: Int { offset + size }
    }

    /// What a scan found.
    struct Found {
        /// The frames in file order; a still one may point to a record that is gone.
        var entries: [Entry] = []
        /// The good records in file order.
        var places: [Place] = []
        /// Sums of minutes; a later one of the same minute counts.
        var summaries: [WallTime: MinuteSummary] = [:]
        /// The minute of each record but frames and void ones, by where the record begins.
        var minuteOfPlace: [Int: WallTime] = [:]
        /// Where the last good record ends.
        var end: Int
        /// Whether the search gave up in a stretch that looks like records over and over (a hostile file).
        var gaveUp = false
    }

    private let bytes: UnsafeRawBufferPointer
    private let dimension: Int

    /// `bytes` must outlive the scanner.
    init(_ bytes: UnsafeRawBufferPointer, dimension: Int) {
        self.bytes = bytes
        self.dimension = dimension
    }

    /// Scans from byte `start`, a record's beginning, to the end. Checksums are verified only of records with
    /// `mustVerify` times; the others are known by their form.
    func scan(from start: Int, mustVerify: (WallTime) -> Bool = { _ in true }) -> Found {
        var found = Found(end: start)
        var position = start
        // Bytes that may be checksummed in vain: a hostile file must not cost more than a few passes over it.
        var budget = 1 << 24
        while position + EncodingFormat.recordHeaderSize <= bytes.count {
            let place = place(at: position)
            if let place, !needsCheck(place, mustVerify) || isIntact(place), note(place, &found) {
                position = place.end
                found.end = position
                budget += place.size
                continue
            }
            budget -= place?.size ?? 0
            guard budget >= 0 else {
                found.gaveUp = true
                return found
            }
            guard let next = nextMarker(after: position) else { return found }
            position = next
        }
        return found
    }

    /// What the record of a frame at `offset` shows; nil when its bytes have changed or are no such record.
    func frame(at offset: Int) -> StoredFrame? {
        guard let place = place(at: offset), place.kind == .frame, isIntact(place) else { return nil }
        let start = offset + EncodingFormat.recordHeaderSize
        let count = Int(bytes.number(at: start + 8, UInt32.self))
        var looks: [StoredFrame.Look] = []
        for index in 0..<count {
            let look = start + 12 + index * EncodingFormat.lookSize(dimension)
            let edges = (0..<4).map { Double(float(at: look + 4 * $0)) }
            guard edges.allSatisfy(\.isFinite), let vector = vector(at: look + 16) else { return nil }
            let box = Box(left: edges[0], top: edges[1], right: edges[2], bottom: edges[3])
            let velocity = velocity(of: index, of: count, in: place)
            looks.append(StoredFrame.Look(box: box, vector: vector, velocity: velocity))
        }
        return StoredFrame(time: time(at: start), looks: looks)
    }

    /// Looks of the frame whose record lies at `place`; none once another process has erased it.
    func looks(at place: Place) -> Int {
        let room = place.size - EncodingFormat.recordHeaderSize - 12
        let count = Int(bytes.number(at: place.offset + EncodingFormat.recordHeaderSize + 8, UInt32.self))
        return max(0, min(count, room / EncodingFormat.lookSize(dimension)))
    }

    /// How look `index` of `count` moved, which stands behind all looks; nil where the frame's record does not say it.
    private func velocity(of index: Int, of count: Int, in place: Place) -> Velocity? {
        let start =
            place.offset + EncodingFormat.recordHeaderSize
            + EncodingFormat.payloadSize(looks: count, dimension: dimension)
        guard start < place.end else { return nil }
        let at = start + index * EncodingFormat.velocitySize
        let (right, down) = (float(at: at), float(at: at + 4))
        return right.isFinite && down.isFinite ? Velocity(right: right, down: down) : nil
    }

    /// Adds what the record at `place` says; false when its payload is malformed.
    private func note(_ place: Place, _ found: inout Found) -> Bool {
        let start = place.offset + EncodingFormat.recordHeaderSize
        switch place.kind {
        case .void: break
        case .frame:
            found.entries.append(Entry(time: time(at: start), base: place.offset, isStill: false))
        case .stills:
            let (base, minute) = (bytes.number(at: start, UInt64.self), time(at: start + 8))
            guard base < place.offset, minute == minute.minute else { return false }
            found.minuteOfPlace[place.offset] = minute
            for index in stride(from: start + 16, to: place.end, by: 4) {
                let offset = Int64(bytes.number(at: index, UInt32.self))
                guard offset < 60_000_000 else { return false }
                let time = WallTime(microseconds: minute.microseconds + offset)
                found.entries.append(Entry(time: time, base: Int(base), isStill: true))
            }
        case .minute:
            guard let summary = summary(at: start) else { return false }
            found.summaries[summary.minute] = summary
            found.minuteOfPlace[place.offset] = summary.minute
        }
        found.places.append(place)
        return true
    }

    private func summary(at start: Int) -> MinuteSummary? {
        let numbers = (0..<3).map { Int(bytes.number(at: start + 8 + 4 * $0, UInt32.self)) }
        guard let position = Int(exactly: bytes.number(at: start + 20, UInt64.self)),
            let size = Int(exactly: bytes.number(at: start + 28, UInt64.self)), let mean = vector(at: start + 40)
        else { return nil }
        let radius = float(at: start + 36)
        guard radius >= 0, radius.isFinite else { return nil }
        return MinuteSummary(
            minute: time(at: start), frames: numbers[0], looks: numbers[1], stills: numbers[2], position: position,
            bytes: size, radius: radius, mean: mean)
    }

    /// The record whose header is at `position`, as far as its form goes.
    private func place(at position: Int) -> Place? {
        guard position + EncodingFormat.recordHeaderSize <= bytes.count,
            let kind = EncodingFormat.Kind(rawValue: bytes.number(at: position, UInt32.self))
        else { return nil }
        let payload = Int(bytes.number(at: position + 4, UInt32.self))
        let size = EncodingFormat.recordHeaderSize + payload
        guard position + size <= bytes.count, isPossible(kind, payload, at: position) else { return nil }
        return Place(kind: kind, offset: position, size: size)
    }

    private func isPossible(_ kind: EncodingFormat.Kind, _ payload: Int, at position: Int) -> Bool {
        switch kind {
        case .void: return true
        case .minute: return payload == EncodingFormat.minuteSize(dimension)
        case .stills:
            return payload >= 20 && payload % 4 == 0 && payload <= 16 + 4 * EncodingFormat.mostStills
        case .frame:
            guard payload > 12 else { return false }
            let looks = Int(bytes.number(at: position + EncodingFormat.recordHeaderSize + 8, UInt32.self))
            let plain = EncodingFormat.payloadSize(looks: looks, dimension: dimension)
            return (1...EncodingFormat.mostLooks).contains(looks)
                && (payload == plain || payload == plain + looks * EncodingFormat.velocitySize)
        }
    }

    private func needsCheck(_ place: Place, _ mustVerify: (WallTime) -> Bool) -> Bool {
        let start = place.offset + EncodingFormat.recordHeaderSize
        switch place.kind {
        case .frame: return mustVerify(time(at: start))
        // Their times, and where they point to, are believed only with a right checksum.
        case .stills, .minute, .void: return true
        }
    }

    private func isIntact(_ place: Place) -> Bool {
        let stored = bytes.number(at: place.offset + 8, UInt32.self)
        let size = UnsafeRawBufferPointer(rebasing: bytes[(place.offset + 4)..<(place.offset + 8)])
        if place.kind == .void { return CRC32.checksum(size) == stored }
        let payload = UnsafeRawBufferPointer(
            rebasing: bytes[(place.offset + EncodingFormat.recordHeaderSize)..<place.end])
        return CRC32.checksum(size, payload) == stored
    }

    private func nextMarker(after position: Int) -> Int? {
        var position = position + 1
        while position + EncodingFormat.recordHeaderSize <= bytes.count {
            if EncodingFormat.Kind(rawValue: bytes.number(at: position, UInt32.self)) != nil { return position }
            position += 1
        }
        return nil
    }

    private func time(at offset: Int) -> WallTime { WallTime(microseconds: bytes.number(at: offset, Int64.self)) }

    private func float(at offset: Int) -> Float { Float(bitPattern: bytes.number(at: offset, UInt32.self)) }

    private func vector(at offset: Int) -> QuantizedVector? {
        let scale = float(at: offset)
        guard scale.isFinite, scale >= 0 else { return nil }
        let values = bytes[(offset + 4)..<(offset + 4 + dimension)].map { Int8(bitPattern: $0) }
        return QuantizedVector(scale: scale, values: values)
    }
}
