/// Looks at the top-level boxes of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2), only to tell *why* libavformat could
/// not read one: a recording that was cut off has its pictures (`mdat`) and no index (`moov`).
enum MovieBoxes {
    /// Whether media bytes are there and the index is not. A malformed chain of boxes ends the search.
    static func lacksIndex(_ file: MediaFile) -> Bool {
        var offset: Int64 = 0
        var hasMedia = false
        for _ in 0..<boxLimit {
            guard let box = box(of: file, at: offset) else { break }
            if box.type == "moov" || box.type == "moof" { return false }
            if box.type == "mdat" { hasMedia = true }
            guard box.size > 0, offset <= file.size - box.size else { break }
            offset += box.size
        }
        return hasMedia || firstType(of: file) == "ftyp"
    }

    /// More top-level boxes than this are no ordinary file (a fragmented one shows its `moof` early).
    private static let boxLimit = 1000

    private static func firstType(of file: MediaFile) -> String? { box(of: file, at: 0)?.type }

    private static func box(of file: MediaFile, at offset: Int64) -> (type: String, size: Int64)? {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
            let count = file.read(into: bytes, at: offset)
            guard count >= 8 else { return nil }
            let type = String(decoding: bytes[4..<8], as: UTF8.self)
            let size = Int64(bigEndian(bytes[0..<4]))
            if size != 1 { return (type, size) }
            guard count == 16 else { return nil }
            return (type, Int64(clamping: bigEndian(bytes[8..<16])))
        }
    }

    private static func bigEndian(_ bytes: Slice<UnsafeMutableRawBufferPointer>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
