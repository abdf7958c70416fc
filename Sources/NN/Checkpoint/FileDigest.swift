internal import Crypto
internal import Foundation

/// A SHA-256 over named pieces, so that a stored result can say which files it was made with.
public struct FileDigest {
    private var hash = SHA256()

    /// An empty digest.
    public init() {}

    /// Adds a piece: its name, its length, its bytes.
    public mutating func add(name: String, bytes: UnsafeRawBufferPointer) {
        begin(name, bytes.count)
        update(bytes)
    }

    private mutating func begin(_ name: String, _ count: Int) {
        feed(Array(name.utf8))
        feed([0])
        withUnsafeBytes(of: UInt64(count).littleEndian) { update($0) }
    }

    /// Adds the file at `path` under the name `name`.
    public mutating func add(file path: String, as name: String) throws(WeightsError) {
        let file = try MappedFile(path: path)
        add(name: name, start: file.bytes.count, of: file)
    }

    /// Adds the first `count` bytes of a mapped file, as ``add(name:bytes:)`` does, and keeps none of them in memory.
    mutating func add(name: String, start count: Int, of file: MappedFile) {
        begin(name, count)
        var first = 0
        while first < count {
            let last = min(count, first + Self.part)
            update(UnsafeRawBufferPointer(rebasing: file.bytes[first..<last]))
            file.release(first..<last)
            first = last
        }
    }

    /// Bytes of a mapped file that are read at a time.
    private static let part = 16 << 20

    /// Adds bytes alone, as plain SHA-256 does.
    public mutating func feed(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// 64 lower-case hexadecimal digits over all pieces so far; more may follow.
    public var hexadecimal: String {
        let digest = hash.finalize()
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }
}
