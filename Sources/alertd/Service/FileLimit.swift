import Glibc

/// How many files this process may hold open.
enum FileLimit {
    private static let wanted: rlim_t = 65_536

    /// Raises the soft limit as far as the hard one allows: each camera needs a socket and a file of encodings, and the
    /// usual soft limit of 1,024 is only there for programs that use select(2).
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        guard limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(limit.rlim_max, wanted)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
