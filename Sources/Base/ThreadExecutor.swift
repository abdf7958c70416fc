import Glibc

/// A serial executor that runs its jobs on one thread of its own, so that blocking C calls (reading a socket, a matrix
/// product, a database round trip) never take a thread from Swift's cooperative pool.
///
/// Jobs wait in three first-in first-out lanes by task priority: `high` and above (live), then `medium` (a person
/// waits), then the rest (descriptions). An actor uses one by returning it from `unownedExecutor` and holding it
/// strongly. The thread ends when the executor is released and its last job has run.
public final class ThreadExecutor: SerialExecutor {
    private let lanes: Lanes

    /// Starts the thread; `name` (15 bytes at most are kept) shows in `top -H` and in debuggers.
    public init(name: String) {
        lanes = Lanes(threadName: name)
        let code = Self.startThread(lanes)
        precondition(code == 0, "no thread for \(name): \(String(cString: strerror(code)))")
    }

    deinit { lanes.close() }

    /// Adds a job to its lane.
    public func enqueue(_ job: consuming ExecutorJob) {
        let lane =
            job.priority.rawValue >= TaskPriority.high.rawValue
            ? 0
            : job.priority.rawValue >= TaskPriority.medium.rawValue ? 1 : 2
        let executor = asUnownedSerialExecutor()
        lanes.append(UnownedJob(job), lane: lane, executor: executor)
    }

    private static func startThread(_ lanes: Lanes) -> Int32 {
        let argument = Unmanaged.passRetained(lanes).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, threadBody, argument)
        if code == 0 { pthread_detach(thread) } else { Unmanaged<Lanes>.fromOpaque(argument).release() }
        return code
    }
}

/// What the thread does; `argument` is a retained `Lanes`.
private func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let lanes = Unmanaged<Lanes>.fromOpaque(argument).takeRetainedValue()
    nameCurrentThread(lanes.threadName)
    lanes.runUntilClosed()
    return nil
}

/// Through procfs, because `pthread_setname_np` is a GNU extension that Swift's C library module leaves out.
private func nameCurrentThread(_ name: String) {
    let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = Array(name.utf8.prefix(15)).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

/// The three queues and the condition that wakes the thread.
// SAFETY: every access to the queues happens between lock() and unlock() of the one pthread mutex; the mutex and the
// condition live at fixed addresses from init to deinit.
private final class Lanes: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queues: [[(job: UnownedJob, executor: UnownedSerialExecutor)]] = [[], [], []]
    private var heads = [0, 0, 0]
    private var isClosed = false

    let threadName: String

    init(threadName: String) {
        self.threadName = threadName
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    deinit {
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    func append(_ job: UnownedJob, lane: Int, executor: UnownedSerialExecutor) {
        pthread_mutex_lock(mutex)
        queues[lane].append((job, executor))
        pthread_cond_signal(wake)
        pthread_mutex_unlock(mutex)
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(wake)
        pthread_mutex_unlock(mutex)
    }

    func runUntilClosed() {
        while let (job, executor) = next() { job.runSynchronously(on: executor) }
    }

    private func next() -> (job: UnownedJob, executor: UnownedSerialExecutor)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            for lane in queues.indices where heads[lane] < queues[lane].count {
                defer { compact(lane) }
                heads[lane] += 1
                return queues[lane][heads[lane] - 1]
            }
            if isClosed { return nil }
            pthread_cond_wait(wake, mutex)
        }
    }

    private func compact(_ lane: Int) {
        if heads[lane] == queues[lane].count {
            queues[lane].removeAll(keepingCapacity: true)
            heads[lane] = 0
        } else if heads[lane] >= 1024 {
            queues[lane].removeFirst(heads[lane])
            heads[lane] = 0
        }
    }
}
