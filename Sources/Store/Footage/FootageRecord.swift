public import Base

/// A file of footage that is safe on the disk.
public struct FootageRecord: Sendable, Equatable {
    /// What it holds.
    public enum Kind: String, Sendable, CaseIterable {
        /// Some seconds of the recorded stream, MP4.
        case segment
        /// One picture, JPEG.
        case thumbnail
    }

    /// The camera.
    public let camera: CameraID
    /// What it holds.
    public let kind: Kind
    /// `[start, end)` of what it shows; of a thumbnail, its moment.
    public let during: TimeSpan
    /// Its path below the state directory's folder `clips`.
    public let file: String
    /// Its size.
    public let bytes: Int64

    /// Gathers the parts of a record.
    public init(camera: CameraID, kind: Kind, during: TimeSpan, file: String, bytes: Int64) {
        (self.camera, self.kind, self.during, self.file, self.bytes) = (camera, kind, during, file, bytes)
    }
}
