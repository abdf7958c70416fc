import Anomaly
import ArgumentParser
import Configuration
import Foundation
import Grounding
import Hub
import Ingest
import NN
import Outbound
import Pipeline
import Store
import VLM
import Web

extension Failure {
    /// The failure behind an error of one of the rooms; nil for errors that ArgumentParser prints itself.
    init?(recognising error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as IngestError: self.init(.failed, "\(error)")
        case let error as WeightsError: self.init(.failed, "\(error)")
        case let error as ModelError: self.init(.failed, "\(error)")
        case let error as AnomalyError: self.init(.failed, "\(error)")
        case let error as GroundingError: self.init(Self.code(of: error), "\(error)")
        case let error as RemoteFailure: self.init(.failed, "\(error)")
        case let error as OutboundError: self.init(.failed, "\(error)")
        case let error as HubError: self.init(Self.code(of: error), "\(error)")
        case let error as SearchError: self.init(.failed, "\(error)")
        case let error as StoreError: self.init(Self.code(of: error), "\(error)")
        case let error as WebServer.Refusal: self.init(.badConfiguration, "\(error)")
        case let error as ConfigurationError:
            // One line a problem, as compilers do: an editor jumps to each.
            self.init(.badConfiguration, "bad configuration\n\(error)")
        case is Interrupted, is CancellationError:
            self.init(.failed, "interrupted; run the command again, what it had finished stays")
        default: return nil
        }
    }

    /// The failure behind any error.
    init(describing error: any Error) {
        self = Failure(recognising: error) ?? Failure(.failed, "\(error)")
    }

    private static func code(of error: GroundingError) -> Code {
        if case .refusedQuery = error { .usage } else { .failed }
    }

    private static func code(of error: HubError) -> Code {
        switch error {
        case .name, .endpoint: .usage
        default: .failed
        }
    }

    private static func code(of error: StoreError) -> Code {
        switch error {
        case .unavailable, .unsupportedServer, .postgresNotInstalled, .clusterFailed, .clusterVersionMismatch,
            .socketInUse, .stateBusy:
            .unavailable
        case .malformedAddress: .usage
        default: .failed
        }
    }
}
