public import Logging
public import Store

/// What all cameras of a daemon share.
public struct LiveServices: Sendable {
    /// Where networks run.
    public let engine: InferenceEngine
    /// Where encodings are appended.
    public let encodings: EncodingStore
    /// Where footage is kept.
    public let footage: FootageFiles
    /// Where events, scores and coverage are handed in.
    public let writer: StoreWriter
    /// Where watched spans are noted.
    public let ledger: CoverageLedger
    /// What each camera is watched for.
    public let queries: QueryBoard
    /// How each camera stands.
    public let board: CameraBoard
    /// What each camera saw last.
    public let pictures: PictureBoard
    /// What anomaly scoring shares.
    public let anomalies: AnomalyServices
    /// What calibrates queries.
    public let calibration: CalibrationServices
    /// Where the frames of events are kept for a video-LLM; nil when none looks at them.
    public let album: EventAlbum?
    /// The daemon's log.
    public let logger: Logger

    /// Gathers the services.
    public init(
        engine: InferenceEngine, encodings: EncodingStore, footage: FootageFiles, writer: StoreWriter,
        ledger: CoverageLedger, queries: QueryBoard, board: CameraBoard, pictures: PictureBoard = PictureBoard(),
        anomalies: AnomalyServices, calibration: CalibrationServices, album: EventAlbum? = nil, logger: Logger
    ) {
        self.engine = engine
        self.encodings = encodings
        self.footage = footage
        self.writer = writer
        self.ledger = ledger
        self.queries = queries
        self.board = board
        self.pictures = pictures
        self.anomalies = anomalies
        self.calibration = calibration
        self.album = album
        self.logger = logger
    }
}
