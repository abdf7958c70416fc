public import Base
public import Configuration
public import Foundation
public import Grounding
public import Logging
public import Pipeline
public import Store

/// What the HTTP service reads and streams; made by the program, which knows how each is computed.
public struct WebServices: Sendable {
    /// Searches past footage: sentence, where, most spans, behind which answer.
    public typealias Search =
        @Sendable (String, FootageSearch.Scope, Int, SearchCursor?) async throws ->
        ClusterSearch.Found
    /// What a query would have told about the past of one camera.
    public typealias BackTest =
        @Sendable (WatchRequest, CameraID, FootageSearch.Scope) async throws ->
        QueryBackTest.Report
    /// The words of a sentence that the encoder does not know. Throws for a sentence that cannot be encoded.
    public typealias UnknownWords = @Sendable (String) async throws -> [String]

    /// Short questions, and everything that is written.
    public var store: EventStore
    /// Long questions, which must not delay the short ones.
    public var history: EventStore
    /// How each camera stands.
    public var board: CameraBoard
    /// What each camera saw last.
    public var pictures: PictureBoard
    /// Footage.
    public var clips: EventClips
    /// See ``Search``.
    public var search: Search
    /// See ``BackTest``.
    public var backTest: BackTest
    /// See ``UnknownWords``.
    public var unknownWords: UnknownWords
    /// Descriptions that are being written.
    public var drafts: DescriptionDrafts
    /// The configuration in effect, which a reload may change.
    public var configuration: @Sendable () -> Configuration
    /// What keeps the daemon from its work; nil when it is ready.
    public var problem: @Sendable () -> String?
    /// Where everything is measured.
    public var metrics: MetricRegistry
    /// Brings what is only known when it is asked for into ``metrics``.
    public var measure: @Sendable (MetricRegistry) async -> Void
    /// Where the page's files are; nil when the installation has none.
    public var pageFolder: URL?
    /// The program's version.
    public var version: String
    /// The daemon's log.
    public var logger: Logger

    /// Gathers the services.
    public init(
        store: EventStore, history: EventStore, board: CameraBoard, pictures: PictureBoard, clips: EventClips,
        search: @escaping Search, backTest: @escaping BackTest, unknownWords: @escaping UnknownWords,
        drafts: DescriptionDrafts, configuration: @escaping @Sendable () -> Configuration,
        problem: @escaping @Sendable () -> String?,
        metrics: MetricRegistry, measure: @escaping @Sendable (MetricRegistry) async -> Void, pageFolder: URL?,
        version: String, logger: Logger
    ) {
        (self.store, self.history, self.board, self.pictures, self.clips) = (store, history, board, pictures, clips)
        (self.search, self.backTest, self.unknownWords) = (search, backTest, unknownWords)
        (self.drafts, self.configuration, self.problem) = (drafts, configuration, problem)
        (self.metrics, self.measure) = (metrics, measure)
        (self.pageFolder, self.version, self.logger) = (pageFolder, version, logger)
    }
}
