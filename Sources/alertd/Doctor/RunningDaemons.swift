import Foundation

/// The processes of this machine that are `alertd run`.
enum RunningDaemons {
    /// Their numbers, smallest first; those that may not be looked at are missing.
    static func all() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).filter(isDaemon).sorted()
    }

    private static func isDaemon(_ process: Int32) -> Bool {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline")) else { return false }
        let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.count > 1 && words[0].split(separator: "/").last == "alertd" && words.dropFirst().contains("run")
    }
}
