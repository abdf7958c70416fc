public import Foundation
internal import Glibc

/// The frame around a snapshot's bytes: what it is, its version, its length and a checksum.
///
/// `alertdNM`, version as UInt16, CRC-32 of the payload as UInt32, length of the payload as UInt64, all little-endian,
/// then the payload.
public enum SnapshotFile {
    private static let magic = Array("alertdNM".utf8)
    private static let version: UInt16 = 1
    private static let headerLength = 22
    /// Largest payload that is read.
    private static let limit = 64 << 20

    static func seal(_ payload: Data) -> Data {
        var data = Data(magic)
        append(version, to: &data)
        append(checksum(payload), to: &data)
        append(UInt64(payload.count), to: &data)
        data.append(payload)
        return data
    }

    /// The payload of `data`. Throws `AnomalyError.snapshot` for what is not whole.
    static func open(_ data: Data, file: String) throws(AnomalyError) -> Data {
        let bytes = [UInt8](data.prefix(headerLength))
        guard bytes.count == headerLength, Array(bytes[..<8]) == magic else {
            throw .snapshot(file: file, problem: "not a snapshot of what is normal")
        }
        let found = UInt16(bytes[8]) | UInt16(bytes[9]) << 8
        guard found == version else {
            throw .snapshot(file: file, problem: "version \(found); this program reads version \(version)")
        }
        let sum = (10..<14).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[$1]) }
        let length = (14..<22).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
        guard length <= UInt64(limit), data.count - headerLength == Int(length) else {
            throw .snapshot(file: file, problem: "\(data.count) bytes where \(length) and a header were written")
        }
        let payload = data.suffix(Int(length))
        guard checksum(payload) == sum else { throw .snapshot(file: file, problem: "the checksum is wrong") }
        return Data(payload)
    }

    /// Writes `snapshot` to `url` so that a crash, or a loss of power, leaves the old file or the new one, whole.
    public static func write(_ snapshot: Data, to url: URL) throws {
        let fresh = URL(filePath: url.path + "~")
        try snapshot.write(to: fresh)
        let file = try FileHandle(forUpdating: fresh)
        defer { try? file.close() }
        try file.synchronize()
        guard rename(fresh.path, url.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    private static func append(_ value: some FixedWidthInteger, to data: inout Data) {
        withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }

    /// CRC-32 as in ISO-HDLC (zlib's).
    private static func checksum(_ data: Data) -> UInt32 {
        var sum = UInt32.max
        for byte in data { sum = table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
        return ~sum
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}
