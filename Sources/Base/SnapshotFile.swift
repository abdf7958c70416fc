public import Foundation
internal import Glibc

/// A snapshot file that cannot be used.
public struct SnapshotError: Error, Equatable {
    /// The file.
    public let file: String
    /// What is wrong with it.
    public let problem: String
}

/// The frame around a snapshot's bytes: what it is, its version, its length and a checksum.
///
/// Eight letters that say what it is, version as UInt16, CRC-32 of the payload as UInt32, length of the payload as UInt64, all
/// little-endian, then the payload.
public enum SnapshotFile {
    /// What a snapshot is of.
    public enum Content: String, Sendable {
        /// What is normal for a camera.
        case normality = "alertdNM"
        /// How a camera's queries are calibrated.
        case calibration = "alertdQC"

        fileprivate var name: String {
            switch self {
            case .normality: "what is normal"
            case .calibration: "how queries are calibrated"
            }
        }
    }

    private static let version: UInt16 = 1
    private static let headerLength = 22
    /// Largest payload that is read.
    private static let limit = 64 << 20

    /// The file's bytes around `payload`.
    public static func seal(_ payload: Data, as content: Content) -> Data {
        var data = Data(content.rawValue.utf8)
        append(version, to: &data)
        append(checksum(payload), to: &data)
        append(UInt64(payload.count), to: &data)
        data.append(payload)
        return data
    }

    /// The payload of `data`, which errors call `file`. Throws `SnapshotError` for what is not whole or of something else.
    public static func open(_ data: Data, as content: Content, file: String) throws(SnapshotError) -> Data {
        func damage(_ problem: String) -> SnapshotError { SnapshotError(file: file, problem: problem) }
        let bytes = [UInt8](data.prefix(headerLength))
        guard bytes.count == headerLength, bytes.prefix(8).elementsEqual(content.rawValue.utf8) else {
            throw damage("not a snapshot of \(content.name)")
        }
        let found = UInt16(bytes[8]) | UInt16(bytes[9]) << 8
        guard found == version else {
            throw damage("version \(found); this program reads version \(version)")
        }
        let sum = (10..<14).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[$1]) }
        let length = (14..<22).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
        guard length <= UInt64(limit), data.count - headerLength == Int(length) else {
            throw damage("\(data.count) bytes where \(length) and a header were written")
        }
        let payload = data.suffix(Int(length))
        guard checksum(payload) == sum else { throw damage("the checksum is wrong") }
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
