import Glibc

/// Reads how much CPU time threads of this process have used.
enum CPUClock {
    /// CPU seconds of the calling thread.
    static var thisThread: Double { seconds(of: CLOCK_THREAD_CPUTIME_ID) ?? 0 }

    /// Seconds by a clock that never jumps.
    static var wall: Double { seconds(of: CLOCK_MONOTONIC) ?? 0 }

    /// CPU seconds of the thread with kernel number `thread`; nil once it has ended.
    static func seconds(ofThread thread: Int32) -> Double? {
        // The kernel's per-thread clock id (include/linux/posix-timers_types.h: MAKE_THREAD_CPUCLOCK, CPUCLOCK_SCHED),
        // the one that pthread_getcpuclockid(3) returns; libav keeps its pthread_t to itself.
        seconds(of: (~thread) << 3 | 6)
    }

    /// Kernel numbers of this process's threads that carry the calling thread's name. A new thread inherits its
    /// creator's name (pthread_setname_np(3)), so this finds the decoder's threads of one source.
    static func threadsNamedLikeThisOne() -> Set<Int32> {
        guard let own = name(ofTask: "thread-self"), let tasks = opendir("/proc/self/task") else { return [] }
        defer { closedir(tasks) }
        var found: Set<Int32> = []
        while let entry = readdir(tasks) {
            let text = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let thread = Int32(text), name(ofTask: "self/task/\(text)") == own { found.insert(thread) }
        }
        return found
    }

    private static func name(ofTask task: String) -> [UInt8]? {
        let descriptor = open("/proc/\(task)/comm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private static func seconds(of clock: clockid_t) -> Double? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// CPU time of the threads that a decoder started.
struct WorkerThreads {
    private let threads: Set<Int32>

    /// The threads that `start` brings into being under the calling thread's name, with what it returns.
    static func started<Result>(
        by start: () throws(IngestError) -> Result
    ) throws(IngestError) -> (WorkerThreads, Result) {
        let before = CPUClock.threadsNamedLikeThisOne()
        let result = try start()
        return (WorkerThreads(threads: CPUClock.threadsNamedLikeThisOne().subtracting(before)), result)
    }

    /// CPU seconds of all of them.
    var seconds: Double { threads.reduce(0) { $0 + (CPUClock.seconds(ofThread: $1) ?? 0) } }
}
