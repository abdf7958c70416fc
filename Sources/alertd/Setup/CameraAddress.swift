import Base
import Configuration
import Foundation

/// Where a command gets a camera's address from. What stands on a command line is seen by every user of the machine
/// while the command runs, so a password may also come another way.
enum CameraAddress {
    /// Longest line that is taken from standard input.
    private static let longestLine = 4096

    /// The stream that `argument` names: an address, `-` for the first line of standard input, or a camera of the
    /// configuration; without it the address in `ALERTD_CAMERA_URL`.
    static func resolve(
        _ argument: String?, configuration: Configuration, environment: [String: String]
    ) throws(Failure) -> CameraStream {
        let inherited = environment["ALERTD_CAMERA_URL"].flatMap { $0.isEmpty ? nil : $0 }
        guard let text = argument ?? inherited else {
            throw Failure(
                .usage, "no address: give it as an argument, in ALERTD_CAMERA_URL, or '-' for standard input")
        }
        if text == "-" { return try CameraStream(address: try firstLine()) }
        if argument != nil, let camera = configuration.cameras.first(where: { $0.name.name == text }) {
            return try CameraStream(camera)
        }
        return try CameraStream(address: text)
    }

    private static func firstLine() throws(Failure) -> String {
        var bytes: [UInt8] = []
        while bytes.count <= longestLine {
            guard let byte = try? FileHandle.standardInput.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") else {
                break
            }
            bytes.append(byte)
        }
        let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        guard !line.isEmpty, bytes.count <= longestLine else {
            throw Failure(.usage, "no address on standard input: its first line must hold one")
        }
        return line
    }
}
