import Base
import Foundation
import Logging
import Store

/// Measures the store against a private cluster of its own and prints one JSON object a line.
///
///     StoreBench              scores and index rows beside psql's COPY, and the time from a decision to a visible row
///     StoreBench --state DIR  what encodings take on the disk in a state directory, as `alertd ingest` filled it
@main
struct StoreBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if let index = arguments.firstIndex(of: "--state"), index + 1 < arguments.count {
            try EncodingRoom(stateDirectory: arguments[index + 1]).printLines()
            return
        }
        let state = "/tmp/alertd-bench-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: state) }
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let store = try await EventStore.open(.embedded(stateDirectory: state), logger: logger)
        try await CopyRace(store: store, state: state).run()
        try await DecisionLatency(store: store, state: state, logger: logger).run()
        await store.close()
    }

    /// One line of results.
    static func say(_ name: String, _ values: [(String, Double)]) {
        let fields = values.map { "\"\($0.0)\":\(($0.1 * 1000).rounded() / 1000)" }
        print("{\"name\":\"\(name)\"," + fields.joined(separator: ",") + "}")
    }
}
