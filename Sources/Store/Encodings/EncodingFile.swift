import Base
import Glibc

/// One camera's encodings of one UTC day, open for appending. A second process may append to the same file: each holds
/// the file's lock while it writes and first reads what the other has added.
///
/// The file is its own journal: what ``append(_:)`` was given is with the kernel when it returns, so that a process that is killed
/// loses nothing of it. It never shrinks, because readers map it into memory; what is torn or erased becomes a void record.
final class EncodingFile {
    let path: String
    let encoder: EncoderIdentity
    private let descriptor: Int32
    private var minutes: [WallTime: EncodedMinute] = [:]
    /// Where the next record goes; 0 until the file has been looked at.
    private var end = 0
    private var isDirty = false
    private var synchronizedAt = ContinuousClock.now
    /// Minutes summed up since ``takeSealed()``.
    private var sealed: [MinuteSummary] = []

    /// Opens the file, making it if it is missing.
    init(_ path: String, encoder: EncoderIdentity) throws(StoreError) {
        self.path = path
        self.encoder = encoder
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    deinit { close(descriptor) }

    /// Appends those of `encodings` whose times are not there yet and returns how many that were. All are written, or
    /// none. A minute is summed up once a later one has begun. Waits for the disk when that was last done five seconds
    /// ago.
    func append(_ encodings: [FrameEncoding]) throws(StoreError) -> Int {
        try withLock { () throws(StoreError) in
            var added: [WallTime: [StoredFrame]] = [:]
            var count = 0
            for encoding in encodings.sorted(by: { $0.time < $1.time }) {
                let minute = encoding.time.minute
                guard minutes[minute]?.times.contains(encoding.time) != true,
                    added[minute]?.last?.time != encoding.time
                else { continue }
                added[minute, default: []].append(try StoredFrame(encoding, dimension: encoder.dimension))
                count += 1
            }
            if count == 0 { return 0 }
            try write(added)
            if let newest = minutes.keys.max() { try seal { $0 < newest } }
            if ContinuousClock.now - synchronizedAt > .seconds(5) { try synchronize() }
            return count
        }
    }

    /// Sums up every minute that is not yet, also the last one.
    func seal() throws(StoreError) {
        try withLock { () throws(StoreError) in try seal { _ in true } }
    }

    /// Makes sure that what was appended survives a loss of power.
    func synchronize() throws(StoreError) {
        synchronizedAt = .now
        guard isDirty else { return }
        guard fdatasync(descriptor) == 0 else { throw Self.failure("write", path) }
        isDirty = false
    }

    /// The minutes that were summed up since the last call.
    func takeSealed() -> [MinuteSummary] {
        defer { sealed = [] }
        return sealed
    }

    /// Removes what lies in `span`: its bytes become zeros, and so does everything in the file that is no good record.
    /// Returns how many frames that were.
    func erase(_ span: TimeSpan) throws(StoreError) -> Int {
        try withLock { () throws(StoreError) in
            // Only what is read anew counts: another process may have changed the middle of the file.
            end = 0
            let found = try catchUp()
            let plan = ErasurePlan(found, span)
            // First what stays is written once more, then the old is voided: a kill in between loses nothing.
            var rescued: [WallTime: [StoredFrame]] = [:]
            try withScanner { scanner in
                for entry in plan.rescued {
                    guard let frame = scanner.frame(at: entry.base) else { continue }
                    rescued[entry.time.minute, default: []].append(StoredFrame(time: entry.time, looks: frame.looks))
                }
            }
            for minute in plan.minutes { minutes[minute]?.lastBase = nil }
            try write(rescued.mapValues { $0.sorted { $0.time < $1.time } })
            for range in plan.voided {
                try write(EncodingFormat.void(size: range.count), at: range.lowerBound)
            }
            isDirty = true
            try synchronize()
            end = 0
            _ = try catchUp()
            try seal { _ in true }
            try synchronize()
            return plan.erasedFrames
        }
    }

    private func withLock<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure("lock", path) }
        }
        defer { flock(descriptor, LOCK_UN) }
        try catchUp()
        return try body()
    }

    /// Writes frames by minute, each minute's by time.
    private func write(_ frames: [WallTime: [StoredFrame]]) throws(StoreError) {
        var (changed, bytes): ([WallTime: EncodedMinute], [UInt8]) = ([:], [])
        for (minute, frames) in frames.sorted(by: { $0.key < $1.key }) {
            var state = minutes[minute] ?? EncodedMinute()
            // Another process may have erased the record that the next still frames would refer to.
            if let base = state.lastBase, !isFrame(at: base.offset) { state.lastBase = nil }
            state.append(frames, minute: minute, dimension: encoder.dimension, at: end, to: &bytes)
            changed[minute] = state
        }
        try write(bytes, at: end)
        end += bytes.count
        minutes.merge(changed) { $1 }
    }

    private func seal(_ isDue: (WallTime) -> Bool) throws(StoreError) {
        let due = minutes.filter { !$0.value.isSealed && isDue($0.key) }.keys.sorted()
        if due.isEmpty { return }
        var (bytes, summaries): ([UInt8], [MinuteSummary]) = ([], [])
        try withScanner { scanner in
            for minute in due {
                guard let summary = minutes[minute]?.summary(minute, scanner, dimension: encoder.dimension) else {
                    continue
                }
                summaries.append(summary)
                bytes += EncodingFormat.record(summary)
            }
        }
        try write(bytes, at: end)
        end += bytes.count
        for minute in due { minutes[minute]?.isSealed = true }
        sealed += summaries
    }

    /// Reads what is in the file beyond what is known of it, and voids a torn tail. Returns what was read.
    @discardableResult
    private func catchUp() throws(StoreError) -> EncodingScanner.Found {
        var size = try Self.size(descriptor, path)
        if end > 0, size == end { return EncodingScanner.Found(end: end) }
        if size < EncodingFormat.headerSize {
            // New, or killed while its header was written.
            try write(EncodingFormat.header(encoder), at: 0)
            size = EncodingFormat.headerSize
        }
        if end == 0 || size < end {
            try Self.checkHeader(descriptor, path, encoder)
            if EncodingFormat.isPlain(try Self.header(descriptor, path)[...], encoder) {
                try write(EncodingFormat.header(encoder), at: 0)
            }
            (end, minutes) = (EncodingFormat.headerSize, [:])
        }
        let start = end
        let found = try withScanner { $0.scan(from: start) }
        if found.gaveUp { throw .encodingFile(path: path, step: "append to", why: "it is damaged all over") }
        for entry in found.entries { minutes[entry.time.minute, default: EncodedMinute()].note(entry) }
        let times = Dictionary(found.entries.lazy.filter { !$0.isStill }.map { ($0.base, $0.time) }) { first, _ in first
        }
        for place in found.places where place.kind == .frame || place.kind == .stills {
            let minute = found.minuteOfPlace[place.offset] ?? times[place.offset]?.minute
            if let minute { minutes[minute]?.bytes += place.size }
        }
        for (minute, summary) in found.summaries {
            let isWhole = minutes[minute]?.count == summary.frames
            minutes[minute]?.isSealed = isWhole
        }
        end = found.end
        if end < size {
            let void = EncodingFormat.void(size: max(size - end, EncodingFormat.recordHeaderSize))
            try write(void, at: end)
            end += void.count
        }
        return found
    }

    private func withScanner<R>(_ body: (EncodingScanner) -> R) throws(StoreError) -> R {
        guard let map = MappedBytes(descriptor, size: try Self.size(descriptor, path)) else {
            throw Self.failure("read", path)
        }
        return withExtendedLifetime(map) { body(EncodingScanner(map.bytes, dimension: encoder.dimension)) }
    }

    private func isFrame(at offset: Int) -> Bool {
        var marker = UInt32(0)
        let count = withUnsafeMutableBytes(of: &marker) { pread(descriptor, $0.baseAddress, 4, off_t(offset)) }
        return count == 4 && UInt32(littleEndian: marker) == EncodingFormat.Kind.frame.rawValue
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(StoreError) {
        if bytes.isEmpty { return }
        isDirty = true
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Self.failure("write", path)
                // What was begun is voided by whoever appends next.
                if done > 0 { end = 0 }
                throw failure
            }
            done += count
        }
    }
}
