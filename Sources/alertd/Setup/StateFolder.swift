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

    /// The directory below `state` for the quantised weights of video-LLMs, made for the owner of `state`; nil where there is no
    /// state directory yet, or it is not ours to write in.
    static func quantised(_ state: String) -> String? {
        let path = state + "/quantised"
        var owner = stat()
        guard stat(state, &owner) == 0, geteuid() == 0 || geteuid() == owner.st_uid else { return nil }
        if mkdir(path, 0o700) == 0, geteuid() == 0, chown(path, owner.st_uid, owner.st_gid) != 0 { return nil }
        return path
    }
}
