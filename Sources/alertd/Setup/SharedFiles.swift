import Foundation

/// The read-only files that belong to the program: starter models, and what the package puts in `/usr/share/alertd`.
struct SharedFiles {
    /// The folder that holds them.
    let folder: URL

    /// Found in this order: `ALERTD_SHARE`; `share` in a folder above the executable (a checkout); `share/alertd`
    /// beside the executable's `bin`; `/usr/share/alertd`.
    static func locate(environment: [String: String], executable: URL) throws(Failure) -> SharedFiles {
        if let chosen = environment["ALERTD_SHARE"], !chosen.isEmpty {
            return SharedFiles(folder: URL(filePath: chosen, directoryHint: .isDirectory))
        }
        var candidates: [URL] = []
        var folder = executable.resolvingSymlinksInPath().deletingLastPathComponent()
        candidates.append(folder.deletingLastPathComponent().appending(path: "share/alertd"))
        while folder.path != "/" {
            candidates.append(folder.appending(path: "share"))
            folder = folder.deletingLastPathComponent()
        }
        candidates.append(URL(filePath: "/usr/share/alertd"))
        let found = candidates.first {
            FileManager.default.fileExists(atPath: $0.appending(path: "models").path)
        }
        guard let found else {
            throw Failure(
                .failed,
                "cannot find alertd's own files (starter models): looked beside \(executable.path) and in "
                    + "/usr/share/alertd; set ALERTD_SHARE to the folder that holds models/")
        }
        return SharedFiles(folder: found)
    }

    /// The file that this process runs.
    static var runningExecutable: URL { URL(filePath: "/proc/self/exe").resolvingSymlinksInPath() }

    /// The folder of the bundled model called `name`.
    func model(_ name: String) -> URL { folder.appending(path: "models/\(name)", directoryHint: .isDirectory) }
}
