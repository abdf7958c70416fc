import Base
import Foundation
import Store

/// What alertd takes up on disk, counted once a minute at most, on a thread of its own.
actor StorageMeter {
    private static let interval = Duration.seconds(60)

    private let executor = ThreadExecutor(name: "storage")
    private let state: URL
    private let store: EventStore
    private var last: (time: ContinuousClock.Instant, bytes: [String: Int64])?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(state: URL, store: EventStore) { (self.state, self.store) = (state, store) }

    /// Bytes by kind: `encodings`, `clips`, `spool`, `database`.
    func bytes() async -> [String: Int64] {
        if let last, ContinuousClock.now - last.time < Self.interval { return last.bytes }
        var bytes: [String: Int64] = [:]
        for kind in ["encodings", "clips", "spool"] { bytes[kind] = Self.size(of: state.appending(path: kind)) }
        if let status = try? await store.status() { bytes["database"] = status.bytes }
        last = (.now, bytes)
        return bytes
    }

    private static func size(of folder: URL) -> Int64 {
        let keys: [URLResourceKey] = [.totalFileAllocatedSizeKey, .fileSizeKey]
        guard let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: keys) else { return 0 }
        var sum: Int64 = 0
        while let file = files.nextObject() as? URL {
            let values = try? file.resourceValues(forKeys: Set(keys))
            sum += Int64(values?.totalFileAllocatedSize ?? values?.fileSize ?? 0)
        }
        return sum
    }
}
