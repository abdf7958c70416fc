import Base
import Foundation
import Glibc
import Logging
import Store
import TestSupport
import Testing

@Suite("Embedded cluster", .tags(.integration), .timeLimit(.minutes(2)))
struct EmbeddedClusterTests {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("is made, started, used and stopped")
    func lifeCycle() async throws {
        let state = "/tmp/alertd-state-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: state) }
        let clock = ContinuousClock()
        let begin = clock.now
        let store = try await EventStore.open(.embedded(stateDirectory: state), logger: logger)
        print("first start", clock.now - begin)
        let status = try await store.status()
        #expect(status.schemaVersion == 1)
        let closing = clock.now
        await store.close()
        print("stop", clock.now - closing)
        let again = clock.now
        let second = try await EventStore.open(.embedded(stateDirectory: state), logger: logger)
        print("second start", clock.now - again)
        await second.close()
    }
}
