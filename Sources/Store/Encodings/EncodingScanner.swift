import Base
import Glibc

/// Finds the records of an open file of encodings, believing nothing: damaged stretches are skipped, and the next
/// record is found by its marker and checksum.
struct EncodingScanner {
    /// Where one record is.
    struct Entry: Equatable {
        let time: WallTime
        let offset: Int
        let size: Int
    }

    /// What a scan found.
    struct Found {
        /// The good records in file order.
        var entries: [Entry] = []
        /// Where the last good record ends.
        var end: Int
        /// Whether the search gave up in a stretch that looks like records over and over (a hostile file).
        var gaveUp = false
    }

    private let descriptor: Int32
    private let dimension: Int
    private var window: [UInt8] = []
    private var windowStart = 0

    init(descriptor: Int32, dimension: Int) {
        self.descriptor = descriptor
        self.dimension = dimension
    }

    /// Scans from byte `start`, a record's beginning, to the end of the file. Checksums are verified only of records
    /// with `mustVerify` times; the others are known by their form.
    mutating func scan(from start: Int, mustVerify: (WallTime) -> Bool = { _ in true }) -> Found {
        var found = Found(end: start)
        var position = start
        // Bytes that may be checksummed in vain: a hostile file must not cost more than a few passes over it.
        var budget = 1 << 24
        while let header = bytes(at: position, count: EncodingFormat.recordHeaderSize + 8) {
            if let entry = entry(at: position, header), !mustVerify(entry.time) || isIntact(entry) {
                found.entries.append(entry)
                position += entry.size
                found.end = position
                budget += entry.size
            } else {
                budget -= entry(at: position, header)?.size ?? 0
                if budget < 0 {
                    found.gaveUp = true
                    return found
                }
                guard let next = nextMarker(after: position) else { return found }
                position = next
            }
        }
        return found
    }

    /// The encoding of `entry`; nil when its bytes have changed or are malformed.
    mutating func encoding(of entry: Entry) -> FrameEncoding? {
        guard let bytes = bytes(at: entry.offset, count: entry.size) else { return nil }
        return EncodingFormat.encoding(
            inPayload: bytes.dropFirst(EncodingFormat.recordHeaderSize), dimension: dimension)
    }

    private func entry(at position: Int, _ header: ArraySlice<UInt8>) -> Entry? {
        guard header.starts(with: EncodingFormat.marker) else { return nil }
        let payload = Int(header.integer(at: 4, UInt32.self))
        let perLook = 16 + 2 * dimension
        let looks = (payload - 12) / perLook
        guard (1...EncodingFormat.mostLooks).contains(looks), payload == 12 + looks * perLook else { return nil }
        let time = WallTime(microseconds: header.integer(at: EncodingFormat.recordHeaderSize, Int64.self))
        return Entry(time: time, offset: position, size: EncodingFormat.recordHeaderSize + payload)
    }

    private mutating func isIntact(_ entry: Entry) -> Bool {
        guard let bytes = bytes(at: entry.offset, count: entry.size) else { return false }
        let checked = bytes.dropFirst(4).prefix(4) + bytes.dropFirst(EncodingFormat.recordHeaderSize)
        return CRC32.checksum(checked) == bytes.integer(at: 8, UInt32.self)
    }

    private mutating func nextMarker(after position: Int) -> Int? {
        var position = position + 1
        while let candidate = bytes(at: position, count: EncodingFormat.marker.count) {
            if candidate.elementsEqual(EncodingFormat.marker) { return position }
            position += 1
        }
        return nil
    }

    /// `count` bytes at `position`; nil past the end of the file. Reads a mebibyte ahead.
    private mutating func bytes(at position: Int, count: Int) -> ArraySlice<UInt8>? {
        if position < windowStart || position + count > windowStart + window.count {
            var fresh = [UInt8](repeating: 0, count: max(count, 1 << 20))
            let wanted = fresh.count
            let got = fresh.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, wanted, off_t(position)) }
            guard got >= count else { return nil }
            fresh.removeLast(fresh.count - got)
            window = fresh
            windowStart = position
        }
        let start = position - windowStart
        return window[start..<(start + count)]
    }
}
