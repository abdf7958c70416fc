import Foundation

/// Finding and reading the file.
public enum ConfigurationFile {
    /// Where the file lies unless told otherwise.
    public static let standardPath = "/etc/alertd/alertd.yaml"

    /// The file to read: `option` (`--config`), else `ALERTD_CONFIG`, else ``standardPath`` when there is such a file;
    /// nil when there is nothing to read and defaults do.
    public static func locate(option: String?, environment: [String: String]) -> String? {
        let named = [option, environment["ALERTD_CONFIG"]].compactMap(\.self).first { !$0.isEmpty }
        return named ?? (FileManager.default.fileExists(atPath: standardPath) ? standardPath : nil)
    }

    /// The file's bytes, at most one more than may be read.
    static func bytes(at path: String) throws(ConfigurationError) -> Data {
        let whole = ConfigurationProblem.Place.file(path, line: nil, column: nil)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ConfigurationError([
                .init(whole, "", "cannot be read: no such file", "the path of a file, by --config or ALERTD_CONFIG")
            ])
        }
        if isFolder.boolValue {
            throw ConfigurationError([.init(whole, "", "cannot be read: it is a directory", "the path of a file")])
        }
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            return try file.read(upToCount: ConfigurationReader.largestFile + 1) ?? Data()
        } catch {
            throw ConfigurationError([
                .init(whole, "", "cannot be read", "a file that user \(NSUserName()) may read")
            ])
        }
    }
}
