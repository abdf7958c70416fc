import Base
import Foundation
import Store
import Testing

@Suite("Encodings", .timeLimit(.minutes(5)))
struct EncodingStoreTests {
    static let dimension = 5

    static func identity(_ digest: [UInt8] = [1, 2, 3]) throws -> EncoderIdentity {
        try EncoderIdentity(digest: digest, dimension: dimension)
    }

    /// Components are whole steps of 1/128, the first one 127 of them, so that 8 bits hold them exactly; every second
    /// looks different.
    static func encoding(_ second: Double, looks: Int = 1) -> FrameEncoding {
        let step = Int(second.truncatingRemainder(dividingBy: 100))
        let values = (0..<dimension).map { Float($0 == 0 ? 127 : ($0 * 37 + step * 5) % 255 - 127) / 128 }
        let box = Box(left: 0.25, top: 0.5, right: 0.75, bottom: 1)
        return FrameEncoding(
            time: moment(second), looks: (0..<looks).map { _ in FrameEncoding.Look(box: box, values: values) })
    }

    static func day(_ state: String) throws -> String {
        let folder = state + "/encodings/gate/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return folder + (try #require(names.first))
    }

    private let always = TimeSpan(start: moment(-1e6), end: moment(1e6))

    @Test("encodings come back by camera and time, over days, in order")
    func roundTrip() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        let store = EncodingStore(stateDirectory: state.path, encoder: try Self.identity())
        let reader = EncodingReader(stateDirectory: state.path, encoder: try Self.identity())
        let all = stride(from: 0.0, to: 172_800, by: 1800).map { Self.encoding($0, looks: 1 + Int($0) % 3) }
        let gate = try camera()
        #expect(try await reader.encodings(of: gate, during: always) == [])
        #expect(try await store.append(Array(all.reversed()), camera: gate) == all.count)
        #expect(try await store.append([Self.encoding(1)], camera: camera("door")) == 1)
        try await store.synchronize()
        #expect(try await reader.encodings(of: gate, during: always) == all)
        #expect(try await reader.encodings(of: gate, during: always, limit: 3) == Array(all.prefix(3)))
        let part = TimeSpan(start: moment(1800), end: moment(3600 * 30))
        #expect(try await reader.encodings(of: gate, during: part) == Array(all[1..<60]))
    }

    @Test("a time that is there is not written again, by this process or another")
    func idempotent() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        let gate = try camera()
        let first = EncodingStore(stateDirectory: state.path, encoder: try Self.identity())
        let second = EncodingStore(stateDirectory: state.path, encoder: try Self.identity())
        for index in 0..<20 {
            let batch = [Self.encoding(Double(index)), Self.encoding(Double(index + 1)), Self.encoding(Double(index))]
            #expect(try await first.append(batch, camera: gate) == (index == 0 ? 2 : 0))
            #expect(try await second.append(batch + [Self.encoding(Double(index + 2))], camera: gate) == 1)
        }
        let reader = EncodingReader(stateDirectory: state.path, encoder: try Self.identity())
        #expect(try await reader.encodings(of: gate, during: always).count == 22)
    }

    @Test("another encoder's vectors are kept apart")
    func encoders() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        let (gate, other) = (try camera(), try Self.identity([9]))
        _ = try await EncodingStore(stateDirectory: state.path, encoder: Self.identity())
            .append([Self.encoding(0)], camera: gate)
        let store = EncodingStore(stateDirectory: state.path, encoder: other)
        #expect(try await store.append([Self.encoding(0), Self.encoding(1)], camera: gate) == 2)
        let reader = EncodingReader(stateDirectory: state.path, encoder: try Self.identity())
        #expect(try await reader.encodings(of: gate, during: always).count == 1)
    }

    @Test("vectors of another length, and values that are no numbers, are refused")
    func invalid() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        let store = EncodingStore(stateDirectory: state.path, encoder: try Self.identity())
        for values: [Float] in [[1], [1, 2, 3, 4, .nan], [1, 2, 3, 4, 1e9]] {
            let bad = FrameEncoding(time: moment(0), looks: [FrameEncoding.Look(box: .whole, values: values)])
            let error = await storeError { try await store.append([bad], camera: camera()) }
            guard case .invalidValue = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(throws: StoreError.self) { try EncoderIdentity(digest: [], dimension: 5) }
        #expect(throws: StoreError.self) { try EncoderIdentity(digest: [1], dimension: 0) }
    }

    @Test("batches stop when the reader has enough")
    func batches() async throws {
        let state = TemporaryDirectory()
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        let store = EncodingStore(stateDirectory: state.path, encoder: try Self.identity())
        try await store.append((0..<10).map { Self.encoding(Double($0)) }, camera: camera())
        let reader = EncodingReader(stateDirectory: state.path, encoder: try Self.identity())
        let sizes = Sizes()
        try await reader.forEachBatch(of: camera(), during: always, batchSize: 4) { batch throws(StoreError) in
            sizes.append(batch.count)
            return true
        }
        try await reader.forEachBatch(of: camera(), during: always, batchSize: 4) { batch throws(StoreError) in
            sizes.append(batch.count)
            return false
        }
        #expect(sizes.all == [4, 4, 2, 4])
    }
}
