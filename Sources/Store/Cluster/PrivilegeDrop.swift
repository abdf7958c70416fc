import Glibc

/// Gives up root for good.
///
/// The order at the start of a program that may be root: ``StateDirectory/prepare(_:)`` while still root (it hands the
/// directory to the account and returns it), then ``drop(to:)``, then everything else: opening the database, decoding,
/// listening. Files the user named that only root can read must be opened before.
public enum PrivilegeDrop {
    /// Turns this process, with all its threads, into `account`; nothing happens when it is that user already.
    /// Throws ``StoreError/privilegeDropFailed(account:step:why:)``; the process must then end, since it may be
    /// halfway.
    public static func drop(to account: ServiceAccount) throws(StoreError) {
        if getuid() == account.user, geteuid() == account.user, !account.isRoot { return }
        func failed(_ step: String, _ why: String) -> StoreError {
            .privilegeDropFailed(account: account.name, step: step, why: why)
        }
        guard !account.isRoot else { throw failed("choose the user", "it is root") }
        guard initgroups(account.name, account.group) == 0 else { throw failed("initgroups", errorText()) }
        guard setgid(account.group) == 0 else { throw failed("setgid", errorText()) }
        guard setuid(account.user) == 0 else { throw failed("setuid", errorText()) }
        guard getuid() == account.user, geteuid() == account.user, getgid() == account.group,
            getegid() == account.group
        else { throw failed("check", "the user did not change") }
        // Both would succeed if a saved identity had kept the way back open.
        guard setuid(0) != 0, setgid(0) != 0 else { throw failed("check", "root can be regained") }
        // libpq and others look for files in the home directory; root's cannot be read any more.
        setenv("HOME", account.home, 1)
        setenv("USER", account.name, 1)
        setenv("LOGNAME", account.name, 1)
    }
}
