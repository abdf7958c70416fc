import Foundation
import NN
import TestSupport
import Testing

@Suite("golden vectors", .tags(.parity), .timeLimit(.minutes(10)))
struct ParityTests {
    /// The forms of vector folders that can be read, tried in order.
    private static let readers: [Reader] = [
        Reader(isReader: CLIPParity.isReader, check: CLIPParity.check),
        Reader(isReader: AnomalyParity.isReader, check: AnomalyParity.check),
        Reader(isReader: GroundingParity.isReader, check: GroundingParity.check),
        Reader(isReader: SigLIPParity.isReader, check: SigLIPParity.check),
        Reader(isReader: DINOv2Parity.isReader, check: DINOv2Parity.check),
        Reader(isReader: ViViTParity.isReader, check: ViViTParity.check),
        Reader(isReader: SlowFastParity.isReader, check: SlowFastParity.check),
        Reader(isReader: BLIP2Parity.isReader, check: BLIP2Parity.check),
        Reader(isReader: SmallOperationsParity.isReader, check: SmallOperationsParity.check),
        Reader(isReader: MiniLMParity.isReader, check: MiniLMParity.check),
        Reader(isReader: DecoderParity.isReader, check: DecoderParity.check),
        Reader(isReader: MovieChatParity.isReader, check: MovieChatParity.check),
        Reader(isReader: LongVLMParity.isReader, check: LongVLMParity.check),
        Reader(isReader: STCParity.isReader, check: STCParity.check),
        Reader(isReader: QFormerParity.isReader, check: QFormerParity.check),
        Reader(isReader: VideoLLaMA3Parity.isReader, check: VideoLLaMA3Parity.check),
        Reader(isReader: ClipProcessorParity.isReader, check: ClipProcessorParity.check),
        Reader(isReader: PromptParity.isReader, check: PromptParity.check),
        Reader(isReader: VideoModelParity.isReader, check: VideoModelParity.check),
    ]

    private struct Reader: Sendable {
        let isReader: @Sendable (VectorFolder) throws -> Bool
        let check: @Sendable (VectorFolder) throws -> Void
    }

    @Test("a vector folder is matched, or stands in pending.txt", arguments: try VectorFolder.all())
    func folder(_ folder: VectorFolder) throws {
        if let reader = try Self.readers.first(where: { try $0.isReader(folder) }) {
            try reader.check(folder)
        } else if try Self.pending().contains(folder.name) {
            try skipCase(folder.name, because: "pending.txt lists it: its reader is still to come")
        } else {
            Issue.record("\(folder.name): no reader for its form, and not in Tests/ParityTests/pending.txt")
        }
    }

    @Test("some vector folder has a reader")
    func someReader() throws {
        if Fixtures.vectors == nil { print("parity: no shared vectors (ALERTD_VECTORS), bundled fixtures only") }
        #expect(try VectorFolder.all().contains { folder in try Self.readers.contains { try $0.isReader(folder) } })
    }

    /// Names of the folders whose readers are still to come, one a line.
    private static func pending() throws -> Set<String> {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "pending.txt")
        return Set(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init))
    }
}
