import Configuration
import Foundation
import Logging
import Pipeline
import Store

/// The database that a command works with, and the state directory beside it.
struct DatabaseSession: Sendable {
    /// Events and scores.
    let events: EventStore
    /// Where files are kept.
    let state: URL

    /// Runs `body` with the database that `plan` names, and releases it afterwards.
    ///
    /// A process of root's becomes the unprivileged user that owns the state directory first, for good: what only root
    /// can read must be open by now.
    static func with<Result: Sendable>(
        _ plan: Plan, _ body: @Sendable (DatabaseSession) async throws -> Result
    ) async throws -> Result {
        try PrivilegeDrop.drop(to: try StateDirectory.prepare(plan.state.path))
        return try await use(
            try await EventStore.open(plan.target, node: plan.node, logger: plan.logger), plan, body)
    }

    /// The same whatever schema the database has: to look at it, or to bring it up to date. The embedded database always
    /// has the current one, unless `migrates` is false.
    static func withoutSchema<Result: Sendable>(
        _ plan: Plan, migrates: Bool, _ body: @Sendable (DatabaseSession) async throws -> Result
    ) async throws -> Result {
        if migrates, case .embedded = plan.target { return try await with(plan, body) }
        try PrivilegeDrop.drop(to: try StateDirectory.prepare(plan.state.path))
        return try await use(try await EventStore.connect(plan.target, logger: plan.logger), plan, body)
    }

    private static func use<Result: Sendable>(
        _ events: EventStore, _ plan: Plan, _ body: @Sendable (DatabaseSession) async throws -> Result
    ) async throws -> Result {
        let session = DatabaseSession(events: events, state: plan.state)
        do {
            let result = try await body(session)
            await session.events.close()
            return result
        } catch {
            await session.events.close()
            throw error
        }
    }

    /// Where the encodings of the engine's encoder are written.
    func encodingStore(of engine: InferenceEngine) throws -> EncodingStore {
        EncodingStore(stateDirectory: state.path, encoder: try engine.encoderIdentity())
    }

    /// Where they are read.
    func encodingReader(of engine: InferenceEngine) throws -> EncodingReader {
        EncodingReader(stateDirectory: state.path, encoder: try engine.encoderIdentity())
    }

    /// Which database and which state directory, from command line and environment.
    struct Plan: Sendable {
        let target: DatabaseTarget
        let state: URL
        /// Everything that was read on the way.
        let configuration: Configuration
        let logger: Logger
        /// This machine's name where several share the database.
        var node: String? { configuration.cluster?.node }

        /// Reads the configuration too. An address on the command line or in `ALERTD_DATABASE` may have either of
        /// libpq's forms. Throws `ConfigurationError` and ``Failure``.
        init(_ options: GlobalOptions, environment: [String: String]) throws {
            let named = [options.database, environment["ALERTD_DATABASE"]].compactMap(\.self).first { !$0.isEmpty }
            var (options, environment) = (options, environment)
            options.database = nil
            environment["ALERTD_DATABASE"] = nil
            configuration = try ConfigurationSetup(options, environment: environment).read()
            state = URL(filePath: configuration.state, directoryHint: .isDirectory)
            logger = options.logger
            target =
                switch (named, configuration.database) {
                case (.some(let text), _): DatabaseTarget(text, stateDirectory: state.path)
                case (nil, .embedded): .embedded(stateDirectory: state.path)
                case (nil, .url(let address)): .url(address.revealed)
                }
        }
    }
}
