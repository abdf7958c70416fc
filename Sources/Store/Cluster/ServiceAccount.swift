public import Glibc

/// An operating system user.
public struct ServiceAccount: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Its number.
    public let user: uid_t
    /// Its primary group.
    public let group: gid_t
    /// Its home directory.
    public let home: String

    /// Whether this is the superuser.
    public var isRoot: Bool { user == 0 }

    /// The user that this process runs as. Throws ``StoreError/unknownUser(number:)``.
    public static func current() throws(StoreError) -> ServiceAccount {
        guard let account = numbered(geteuid()) else { throw .unknownUser(number: geteuid()) }
        return account
    }

    /// The user with this name; nil when there is none.
    public static func named(_ name: String) -> ServiceAccount? {
        lookUp { getpwnam_r(name, $0, $1, $2, $3) }
    }

    /// The user with this number; nil when it has no name.
    public static func numbered(_ user: uid_t) -> ServiceAccount? {
        lookUp { getpwuid_r(user, $0, $1, $2, $3) }
    }

    /// Who should own a server whose files are in `dataDirectory`: this process's user; for root, whose server must be
    /// someone else's, the owner of the files if there are any, else `alertd`, else `postgres`.
    /// Throws ``StoreError/noServiceAccount(tried:)`` and ``StoreError/unknownUser(number:)``.
    static func forServer(dataDirectory: String) throws(StoreError) -> ServiceAccount {
        let current = try current()
        guard current.isRoot else { return current }
        if let status = FileStatus(dataDirectory), status.owner != 0 {
            guard let owner = numbered(status.owner) else { throw .unknownUser(number: status.owner) }
            return owner
        }
        let candidates = ["alertd", "postgres"]
        guard let account = candidates.lazy.compactMap(named).first(where: { !$0.isRoot }) else {
            throw .noServiceAccount(tried: candidates)
        }
        return account
    }

    /// Whether this user may search the directory that `status` describes, by its permission bits.
    func maySearch(_ status: FileStatus) -> Bool {
        if isRoot { return true }
        if status.owner == user { return status.mode & S_IXUSR != 0 }
        if groups.contains(status.group) { return status.mode & S_IXGRP != 0 }
        return status.mode & S_IXOTH != 0
    }

    private var groups: [gid_t] {
        var count: Int32 = 64
        var found = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, group, &found, &count) >= 0 else { return [group] }
        return Array(found.prefix(Int(count)))
    }

    private typealias LookUp = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func lookUp(_ call: LookUp) -> ServiceAccount? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, call(&entry, base, buffer.count, &result) == 0, result != nil,
                let name = entry.pw_name
            else { return nil }
            return ServiceAccount(
                name: String(cString: name), user: entry.pw_uid, group: entry.pw_gid,
                home: entry.pw_dir.map { String(cString: $0) } ?? "/")
        }
    }
}
