import Foundation
import Glibc
import Store

/// The state directory and what lies in it. Looked at as the user that writes there.
enum StateFindings {
    private static let leastFreeBytes = 512 << 20
    private static let comfortableBytes = 5 << 30
    private static let leastFreeFiles = 1_000
    /// More than a daemon leaves lying in the ordinary course of things.
    private static let backlogBytes = 2 * SpoolBacklog.ordinaryBytes + (2 << 20)

    /// All of them, of the directory at `path`, which is there and belongs to this process's user.
    static func all(_ path: String) -> [Finding] { [writing(path), disk(path), spool(path), daemon(path)] }

    private static func writing(_ path: String) -> Finding {
        let probe = "\(path)/.doctor.\(getpid())"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            return Finding(
                "state directory", .failed,
                "cannot write in \(path): \(String(cString: strerror(errno))); it must belong to this user, on a disk that "
                    + "can be written")
        }
        close(descriptor)
        unlink(probe)
        let account = (try? ServiceAccount.current().name) ?? "user \(geteuid())"
        return Finding("state directory", .ok, "\(path), written by \(account)")
    }

    private static func disk(_ path: String) -> Finding {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return Finding("disk", .failed, "cannot look at the disk of \(path): \(String(cString: strerror(errno)))")
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let whole = Int(status.f_blocks) * Int(status.f_frsize)
        let text = "\(ByteCount.text(free)) of \(ByteCount.text(whole)) free in \(path)"
        if free < leastFreeBytes {
            return Finding(
                "disk", .failed,
                "nearly full: \(text); make room, or lower clips_gib and clips_days of the cameras' retention")
        }
        // Some file systems do not count files.
        if status.f_files > 0, Int(status.f_favail) < leastFreeFiles {
            return Finding("disk", .failed, "room for only \(status.f_favail) more files in \(path); remove some")
        }
        return Finding("disk", free < comfortableBytes ? .warning : .ok, text)
    }

    private static func spool(_ path: String) -> Finding {
        let backlog = SpoolBacklog(stateDirectory: path)
        guard backlog.bytes > backlogBytes else {
            return Finding("spool", .ok, backlog.files == 0 ? "empty" : "\(ByteCount.text(backlog.bytes)), ordinary")
        }
        return Finding(
            "spool", .failed,
            "\(ByteCount.text(backlog.bytes)) in \(backlog.files) files wait for the database; a running daemon stores "
                + "them as soon as it is reached")
    }

    private static func daemon(_ path: String) -> Finding {
        let holder = StateLock.holder(of: path)
        let others = RunningDaemons.all().filter { $0 != holder }
        let own = holder.map { $0 == 0 ? "runs" : "runs as process \($0)" } ?? "does not run with \(path)"
        guard !others.isEmpty else { return Finding("daemon", .ok, own) }
        let count = others.count + (holder == nil ? 0 : 1)
        return Finding(
            "daemon", .warning,
            "\(own); with other state directories there are process "
                + others.map(String.init).joined(separator: ", ")
                + (count > 1 ? "; two daemons that watch the same camera do everything twice" : ""))
    }
}
