import Base
import Glibc

/// The files that take what a daemon writes until PostgreSQL has it: `<state>/spool`.
///
/// Everything goes through it. Events and coverage are on the disk (`fdatasync`) before anybody is told that they are
/// kept; curves and index rows at most five seconds later. A record is let go of after PostgreSQL's commit. After a kill
/// some are replayed that PostgreSQL had already: keys and primary keys make the second time change nothing.
///
/// When there is no room index rows go first, then curves, the oldest ones; events and coverage never. A reserve on the
/// disk makes room for them when it is full.
public actor Spool {
    /// How the spool stands.
    public struct Status: Sendable, Equatable {
        /// Bytes on the disk.
        public var bytes = 0
        /// Bytes among them that PostgreSQL does not have yet.
        public var waitingBytes = 0
        /// Files that were given up for want of room, by what they held.
        public var droppedScoreFiles = 0
        /// Files of index rows that were given up.
        public var droppedIndexFiles = 0
        /// Bytes that were no good record when they were read back.
        public var damagedBytes = 0
    }

    /// Changes that wait, oldest first, and a mark to let go of them.
    package struct Head: Sendable {
        package let writes: [StoreWrite]
        fileprivate let lane: SpoolLane
        fileprivate let path: String
        fileprivate let end: Int
    }

    private let executor: ThreadExecutor
    private let directory: String
    private let limit: Int
    private let segmentLimit: Int
    private var lanes: [SpoolLane: [SpoolSegment]] = [:]
    /// The files that this process appends to.
    private var current: [SpoolLane: SpoolSegment] = [:]
    private var next = 0
    private var lastSync = ContinuousClock.now
    private var counted = Status()
    private static let reserveBytes = 4 << 20

    /// Runs on a thread of its own, since files block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The spool of a state directory, which must exist. At most `limit` bytes are taken for what may be given up.
    /// Takes over what an earlier process left. Throws ``StoreError/unusablePath(path:why:remedy:)``.
    public static func open(stateDirectory: String, limit: Int = 1 << 30) async throws(StoreError) -> Spool {
        let spool = Spool(stateDirectory: stateDirectory, limit: limit)
        try await spool.takeOver()
        return spool
    }

    private init(stateDirectory: String, limit: Int) {
        executor = ThreadExecutor(name: "spool")
        directory = ClusterPaths(stateDirectory: stateDirectory).spool
        self.limit = limit
        segmentLimit = max(4096, min(1 << 20, limit / 16))
    }

    /// How the spool stands.
    public var status: Status {
        var status = counted
        status.bytes = lanes.values.joined().reduce(0) { $0 + $1.size }
        status.waitingBytes = lanes.values.joined().reduce(0) { $0 + max(0, $1.size - $1.acknowledged) }
        return status
    }

    /// Whether nothing waits.
    public var isEmpty: Bool { lanes.values.joined().allSatisfy(\.isDone) }

    /// Adds changes. Events and coverage are on the disk when this returns. Throws ``StoreError/diskFull(path:)`` when
    /// there is no room even after everything else was given up; nothing of that lane is kept then.
    package func append(_ writes: [StoreWrite]) throws(StoreError) {
        for lane in SpoolLane.allCases {
            let bytes = writes.filter { SpoolLane($0) == lane }.flatMap(SpoolRecord.bytes)
            if bytes.isEmpty { continue }
            makeRoom(for: bytes.count, in: lane)
            try append(bytes, lane)
        }
        if ContinuousClock.now - lastSync > .seconds(5) {
            lastSync = .now
            for segment in current.values { try segment.synchronize() }
        }
    }

    /// The oldest changes that wait, of one lane, at most `limit`; nil when nothing waits.
    package func head(_ limit: Int) throws(StoreError) -> Head? {
        for lane in SpoolLane.allCases {
            while let segment = lanes[lane]?.first(where: { !$0.isDone }) {
                let (entries, damaged) = try segment.head(limit)
                counted.damagedBytes += damaged
                guard let last = entries.last else {
                    removeDone(lane)
                    continue
                }
                return Head(writes: entries.map(\.write), lane: lane, path: segment.path, end: last.end)
            }
        }
        return nil
    }

    /// Lets go of what PostgreSQL has committed.
    package func acknowledge(_ head: Head) {
        guard let segment = lanes[head.lane]?.first(where: { $0.path == head.path }) else { return }
        segment.acknowledged = max(segment.acknowledged, head.end)
        removeDone(head.lane)
    }

    /// Removes every file whose changes are all in PostgreSQL: the end of a daemon.
    func close() throws(StoreError) {
        for segment in current.values { try segment.synchronize() }
        current = [:]
        for lane in SpoolLane.allCases { removeDone(lane) }
    }

    private func takeOver() throws(StoreError) {
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw SpoolSegment.failure(directory) }
        let names = directoryEntries(directory).filter { $0.hasSuffix(".spool") }.sorted()
        for name in names {
            let parts = name.dropLast(".spool".count).split(separator: "-")
            guard parts.count == 2, let lane = SpoolLane(rawValue: String(parts[0])), let number = Int(parts[1]) else {
                continue
            }
            lanes[lane, default: []].append(try SpoolSegment(opening: directory + "/" + name))
            next = max(next, number + 1)
        }
        makeReserve()
    }

    private func append(_ bytes: [UInt8], _ lane: SpoolLane) throws(StoreError) {
        do throws(StoreError) {
            try write(bytes, lane)
        } catch {
            guard case .diskFull = error, lane == .kept, freeDisk() else { throw error }
            try write(bytes, lane)
        }
    }

    private func write(_ bytes: [UInt8], _ lane: SpoolLane) throws(StoreError) {
        let segment = if let open = current[lane] { open } else { try make(lane) }
        try segment.append(bytes)
        if lane == .kept { try segment.synchronize() }
        if segment.size >= segmentLimit {
            try segment.synchronize()
            current[lane] = nil
        }
    }

    private func make(_ lane: SpoolLane) throws(StoreError) -> SpoolSegment {
        let digits = String(next)
        let name = "\(lane.rawValue)-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".spool"
        next += 1
        let segment = try SpoolSegment(making: directory + "/" + name)
        current[lane] = segment
        lanes[lane, default: []].append(segment)
        return segment
    }

    /// Keeps what may be given up within the limit.
    private func makeRoom(for bytes: Int, in lane: SpoolLane) {
        guard lane != .kept else { return }
        let expendable: [SpoolLane] = [.index, .scores]
        func size() -> Int { expendable.flatMap { lanes[$0] ?? [] }.reduce(bytes) { $0 + $1.size } }
        while size() > limit, giveUpOldest() {}
    }

    /// Gives up the oldest file of the least dear lane that has one.
    private func giveUpOldest() -> Bool {
        for lane in [SpoolLane.index, .scores] {
            guard let oldest = lanes[lane]?.first else { continue }
            oldest.remove()
            lanes[lane]?.removeFirst()
            if current[lane] === oldest { current[lane] = nil }
            if lane == .index { counted.droppedIndexFiles += 1 } else { counted.droppedScoreFiles += 1 }
            return true
        }
        return false
    }

    /// Makes room on a full disk: first what may be given up, then the reserve.
    private func freeDisk() -> Bool {
        if giveUpOldest() {
            while giveUpOldest() {}
            return true
        }
        return unlink(directory + "/reserve") == 0
    }

    /// Takes some of the disk in advance; without it a full disk is noticed a little earlier, no more.
    private func makeReserve() {
        let path = directory + "/reserve"
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        defer { Glibc.close(file) }
        if posix_fallocate(file, 0, off_t(Self.reserveBytes)) != 0 { unlink(path) }
    }

    private func removeDone(_ lane: SpoolLane) {
        for segment in lanes[lane] ?? [] where segment.isDone {
            // The file that is appended to stays until it is worth removing.
            if current[lane] === segment, segment.size < segmentLimit / 2 { continue }
            segment.remove()
            if current[lane] === segment { current[lane] = nil }
            lanes[lane]?.removeAll { $0 === segment }
        }
    }
}
