/// Looks at the top-level boxes of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2), only to tell *why* libavformat could
/// not read one: a recording that was cut off has its pictures (`mdat`) and no index (`moov`).
enum MovieBoxes {
    /// Whether the chain of boxes reaches the file's end without an index. A chain that breaks before, or runs past the
    /// end in anything but the media bytes, is damaged in some other way.
    static func lacksIndex(_ file: MediaFile) -> Bool {
        var offset: Int64 = 0
        for _ in 0..<boxLimit {
            if offset == file.size { return true }
            guard let box = box(of: file, at: offset), box.type != "moov", box.type != "moof" else { return false }
            if box.type == "mdat", box.size == 0 || box.size > file.size - offset { return true }
            guard box.size >= 8, box.size <= file.size - offset else { return false }
            offset += box.size
        }
        return false
    }

    /// More top-level boxes than this are no ordinary file (a fragmented one shows its `moof` early).
    private static let boxLimit = 1000

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
