import Foundation
import NN
import TestSupport
import Testing

@Suite("golden vectors", .tags(.parity))
struct ParityTests {
    /// The forms of vector folders that can be read, tried in order.
    private var readers: [(isReader: (VectorFolder) throws -> Bool, check: (VectorFolder) throws -> Void)] {
        [(CLIPParity.isReader, CLIPParity.check)]
    }

    @Test("every vector folder is matched, or stands in pending.txt", .timeLimit(.minutes(10)))
    func everyFolder() throws {
        if Fixtures.vectors == nil { print("parity: no shared vectors (ALERTD_VECTORS), bundled fixtures only") }
        let pending = try Self.pending()
        var (read, skipped) = (0, 0)
        for folder in try VectorFolder.all() {
            if let reader = try readers.first(where: { try $0.isReader(folder) }) {
                try reader.check(folder)
                read += 1
            } else if pending.contains(folder.name) {
                print("parity: pending \(folder.name)")
                skipped += 1
            } else {
                Issue.record("\(folder.name): no reader for its form, and not in Tests/ParityTests/pending.txt")
            }
        }
        #expect(read > 0, "no vector folder was read")
        print("parity: \(read) vector files read, \(skipped) folders pending")
    }

    /// Names of the folders whose readers are still to come, one a line.
    private static func pending() throws -> Set<String> {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "pending.txt")
        return Set(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init))
    }
}
