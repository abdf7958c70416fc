internal import Glibc

/// CPU time of the calling thread.
enum ThreadClock {
    /// Seconds of CPU that the calling thread has used.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
