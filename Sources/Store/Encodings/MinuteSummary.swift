public import Base

/// One minute of one file of encodings: how much there is, and where in the space of vectors it lies.
public struct MinuteSummary: Sendable, Equatable {
    /// The minute's beginning.
    public let minute: WallTime
    /// Frames.
    public let frames: Int
    /// Looks of those frames.
    public let looks: Int
    /// Frames stored as a repetition of another.
    public let stills: Int
    /// Where in the file its first record begins.
    public let position: Int
    /// Bytes of its records.
    public let bytes: Int
    /// No vector of the minute is further than this from the mean.
    public let radius: Float
    let mean: QuantizedVector

    /// The mean of its vectors [D]; every look counts once. Not of length 1.
    public var meanVector: [Float] { mean.vector }

    /// The most that the scalar product of `query` [D] with a vector of the minute can be: what lies below a threshold
    /// need not be read.
    public func upperBound(_ query: [Float]) -> Float {
        var product: Float = 0
        var length: Float = 0
        for (a, b) in zip(query, mean.values) {
            product += a * Float(b)
            length += a * a
        }
        return product * mean.scale + radius * length.squareRoot()
    }
}

/// The row that indexes one minute of encodings in PostgreSQL.
public struct EncodingMinute: Sendable, Equatable {
    /// The camera.
    public let camera: CameraID
    /// Digest of the encoder.
    public let encoder: [UInt8]
    /// The file, below the folder of encodings.
    public let file: String
    /// What is there.
    public let summary: MinuteSummary

    /// Gathers the parts of a row.
    public init(camera: CameraID, encoder: [UInt8], file: String, summary: MinuteSummary) {
        self.camera = camera
        self.encoder = encoder
        self.file = file
        self.summary = summary
    }
}
