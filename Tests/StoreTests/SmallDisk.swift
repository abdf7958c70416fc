import Foundation
import Glibc

/// A file system in memory that is soon full. Only root can have one.
struct SmallDisk {
    let path: String

    /// Mounts one at `path`; nil when this process may not.
    init?(kilobytes: Int, below path: String) {
        self.path = path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard geteuid() == 0, mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else { return nil }
    }

    func remove() { umount2(path, Int32(MNT_DETACH)) }
}
