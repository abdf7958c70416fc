extension ServiceAccount {
    /// Who should decode untrusted footage when no state directory says so: this process's user; for root `alertd`,
    /// else `postgres`, else `nobody`. Throws ``StoreError/noServiceAccount(tried:)`` and
    /// ``StoreError/unknownUser(number:)``.
    public static func forDecoding() throws(StoreError) -> ServiceAccount {
        let current = try current()
        guard current.isRoot else { return current }
        let candidates = ["alertd", "postgres", "nobody"]
        guard let account = candidates.lazy.compactMap(named).first(where: { !$0.isRoot }) else {
            throw .noServiceAccount(tried: candidates)
        }
        return account
    }
}
