import Foundation

/// Where this machine keeps what alertd writes.
enum StateFolder {
    /// `option`, else `ALERTD_STATE`, else `/var/lib/alertd` for root, else `$XDG_STATE_HOME/alertd`
    /// (`~/.local/state/alertd`).
    static func resolve(option: String?, environment: [String: String], isRoot: Bool) -> URL {
        let named = [option, environment["ALERTD_STATE"]].compactMap(\.self).first { !$0.isEmpty }
        if let named { return URL(filePath: named, directoryHint: .isDirectory).standardizedFileURL }
        if isRoot { return URL(filePath: "/var/lib/alertd", directoryHint: .isDirectory) }
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            return URL(filePath: base, directoryHint: .isDirectory).appending(path: "alertd")
        }
        return FileManager.default.homeDirectoryForCurrentUser.appending(path: ".local/state/alertd")
    }
}
