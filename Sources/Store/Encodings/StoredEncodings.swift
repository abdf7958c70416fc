public import Base
import Glibc

/// The files of encodings below a state directory, whatever encoder made them: which past there is, and by whose eyes.
public struct StoredEncodings: Sendable {
    /// One camera's day by one encoder.
    public struct Day: Sendable, Equatable {
        /// The camera.
        public let camera: CameraID
        /// The UTC day, `2026-05-01`.
        public let day: String
        /// Whose vectors they are.
        public let encoder: EncoderIdentity
    }

    /// The days, by camera, day and encoder's digest; files whose header cannot be read are left out.
    public let days: [Day]

    /// Looks below `stateDirectory`.
    public init(stateDirectory: String) {
        let paths = ClusterPaths(stateDirectory: stateDirectory)
        var days: [Day] = []
        for camera in directoryEntries(paths.encodings).compactMap({ CameraID($0) }) {
            for file in EncodingFolder.files(paths, camera) {
                if let encoder = Self.encoder(of: file.path) {
                    days.append(Day(camera: camera, day: file.day, encoder: encoder))
                }
            }
        }
        self.days = days.sorted {
            ($0.camera.name, $0.day, "\($0.encoder.digest)") < ($1.camera.name, $1.day, "\($1.encoder.digest)")
        }
    }

    /// The camera-days that none of `encoders` has seen: what a search by them leaves out.
    public func unseen(by encoders: [EncoderIdentity]) -> [Day] {
        let seen = Set(days.filter { encoders.contains($0.encoder) }.map { "\($0.camera.name)/\($0.day)" })
        return days.filter { !encoders.contains($0.encoder) && !seen.contains("\($0.camera.name)/\($0.day)") }
    }

    private static func encoder(of path: String) -> EncoderIdentity? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var header = [UInt8](repeating: 0, count: EncodingFormat.headerSize)
        guard pread(file, &header, header.count, 0) == header.count else { return nil }
        return EncodingFormat.encoder(inHeader: header)
    }
}
