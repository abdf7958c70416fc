import Glibc

/// A serial executor that runs its jobs on one thread of its own, so that blocking C calls (reading a socket, a matrix
/// product, a database round trip) never take a thread from Swift's cooperative pool.
///
/// Jobs run in the order they came, whatever the priority of their tasks: children of a task group all have the priority of
/// the task that waits for the group, so that it tells nothing. An actor uses one by returning it from `unownedExecutor` and
/// holding it strongly. The thread ends when the executor is released and its last job has run.
public final class ThreadExecutor: SerialExecutor {
    private let jobs: JobQueue

    /// Starts the thread; `name` (15 bytes at most are kept) shows in `top -H` and in debuggers.
    public init(name: String) {
        jobs = JobQueue(threadName: name)
        let code = Self.startThread(jobs)
        precondition(code == 0, "no thread for \(name): \(String(cString: strerror(code)))")
    }

    deinit { jobs.close() }

    /// Adds a job behind those that wait.
    public func enqueue(_ job: consuming ExecutorJob) {
        let executor = asUnownedSerialExecutor()
        jobs.append(UnownedJob(job), executor: executor)
    }

    private static func startThread(_ jobs: JobQueue) -> Int32 {
        let argument = Unmanaged.passRetained(jobs).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, threadBody, argument)
        if code == 0 { pthread_detach(thread) } else { Unmanaged<JobQueue>.fromOpaque(argument).release() }
        return code
    }
}

/// What the thread does; `argument` is a retained `JobQueue`.
private func threadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let jobs = Unmanaged<JobQueue>.fromOpaque(argument).takeRetainedValue()
    nameCurrentThread(jobs.threadName)
    jobs.runUntilClosed()
    return nil
}

/// Through procfs, because `pthread_setname_np` is a GNU extension that Swift's C library module leaves out.
private func nameCurrentThread(_ name: String) {
    let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = Array(name.utf8.prefix(15)).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}

/// The queue and the condition that wakes the thread.
// SAFETY: every access to the queue happens between lock() and unlock() of the one pthread mutex; the mutex and the
// condition live at fixed addresses from init to deinit.
private final class JobQueue: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
    private var head = 0
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

    func append(_ job: UnownedJob, executor: UnownedSerialExecutor) {
        pthread_mutex_lock(mutex)
        jobs.append((job, executor))
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
            if head < jobs.count {
                defer { compact() }
                head += 1
                return jobs[head - 1]
            }
            if isClosed { return nil }
            pthread_cond_wait(wake, mutex)
        }
    }

    private func compact() {
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024 {
            jobs.removeFirst(head)
            head = 0
        }
    }
}
