import Base
import Foundation
import Store
import Testing

@Suite("Velocities in files of encodings", .timeLimit(.minutes(5)))
struct EncodingVelocityTests {
    private let always = TimeSpan(start: moment(-1e6), end: moment(1e6))

    /// Three looks, of which the second one's velocity is not known.
    private func encoding(_ second: Double, right: Float) -> FrameEncoding {
        let plain = EncodingStoreTests.encoding(second, looks: 3)
        let velocities = [Velocity(right: right, down: -0.3), nil, .zero]
        return FrameEncoding(
            time: plain.time,
            looks: zip(plain.looks, velocities).map {
                FrameEncoding.Look(box: $0.box, values: $0.values, velocity: $1)
            })
    }

    private func state() throws -> TemporaryDirectory {
        let state = TemporaryDirectory()
        _ = try StateDirectory.prepare(state.path)
        return state
    }

    private func store(_ state: TemporaryDirectory) throws -> EncodingStore {
        EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
    }

    private func read(_ state: TemporaryDirectory) async throws -> [FrameEncoding] {
        let reader = EncodingReader(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
        return try await reader.encodings(of: camera(), during: always)
    }

    /// Turns the file of `state` into one of version 2.
    private func age(_ state: TemporaryDirectory) throws -> String {
        let path = try EncodingStoreTests.day(state.path)
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        #expect(bytes[8] == 3)
        bytes[8] = 2
        let sum = CRC32.checksum(bytes[..<60])
        for (index, byte) in withUnsafeBytes(of: sum.littleEndian, Array.init).enumerated() { bytes[60 + index] = byte }
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    @Test("come back to the bit, beside looks and frames without any")
    func roundTrip() async throws {
        let state = try state()
        defer { state.remove() }
        var all: [FrameEncoding] = []
        for second in 0..<130 {
            let (time, right) = (Double(second), Float(second) / 7)
            let isPlain = second.isMultiple(of: 3)
            all.append(isPlain ? EncodingStoreTests.encoding(time, looks: 2) : encoding(time, right: right))
        }
        let store = try store(state)
        #expect(try await store.append(all, camera: camera()) == all.count)
        try await store.seal()
        #expect(try await read(state) == all)
    }

    @Test("a frame that shows the same but moves otherwise is no repetition")
    func still() async throws {
        let state = try state()
        defer { state.remove() }
        let same = EncodingStoreTests.encoding(0, looks: 3).looks
        var all: [FrameEncoding] = []
        for second in 0..<6 {
            let velocity = second < 3 ? Velocity(right: 0.5, down: 0) : Velocity.zero
            let looks = same.map { FrameEncoding.Look(box: $0.box, values: $0.values, velocity: velocity) }
            all.append(FrameEncoding(time: moment(Double(second)), looks: looks))
        }
        let store = try store(state)
        try await store.append(all, camera: camera())
        try await store.seal()
        #expect(try await read(state) == all)
        #expect(await store.takeSealedMinutes().map(\.summary.stills) == [4])
    }

    @Test("a file of the version before is read, and goes on as one of this version")
    func older() async throws {
        let state = try state()
        defer { state.remove() }
        let plain = (0..<4).map { EncodingStoreTests.encoding(Double($0), looks: 1 + $0 % 2) }
        try await store(state).append(plain, camera: camera())
        let path = try age(state)
        #expect(try await read(state) == plain)
        let moving = [encoding(10, right: 0.1), encoding(11, right: 0.2)]
        #expect(try await store(state).append(plain + moving, camera: camera()) == 2)
        #expect(try await read(state) == plain + moving)
        #expect(try Data(contentsOf: URL(filePath: path))[8] == 3)
        #expect(StoredEncodings(stateDirectory: state.path).days.count == 1)
    }

    @Test("that are not finite are refused")
    func hostile() async throws {
        let state = try state()
        defer { state.remove() }
        let store = try store(state)
        for value in [Float.nan, .infinity] {
            let error = await storeError { try await store.append([encoding(0, right: value)], camera: camera()) }
            guard case .invalidValue = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }
}
