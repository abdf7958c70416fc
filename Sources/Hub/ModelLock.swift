internal import Foundation

/// What a pulled folder consists of: kept in it as `alertd-lock.json`, and checked by every later pull and verification.
public struct ModelLock: Sendable, Equatable, Codable {
    /// The name of the file in the folder.
    public static let fileName = "alertd-lock.json"

    /// `ORGANISATION/MODEL`.
    public let repository: String
    /// The commit, 40 hexadecimal digits.
    public let commit: String
    /// Under which licence it is published, as it was shown.
    public let licence: String
    /// The files, by size.
    public let files: [HubFile]

    /// A lock of these files.
    public init(repository: String, commit: String, licence: String, files: [HubFile]) {
        (self.repository, self.commit, self.licence, self.files) = (repository, commit, licence, files)
    }

    /// All bytes of the files.
    public var bytes: Int64 { files.reduce(0) { $0 + $1.size } }

    /// The lock of the folder at `path`; nil when it was not pulled. Throws ``HubError/file(path:step:why:)``.
    public static func of(folder path: String) throws(HubError) -> ModelLock? {
        let file = path + "/" + fileName
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        do {
            let lock = try JSONDecoder().decode(ModelLock.self, from: Data(contentsOf: URL(filePath: file)))
            return lock
        } catch {
            throw .file(path: file, step: "read", why: "it is damaged (\(error))")
        }
    }

    /// Writes the lock into the folder at `path`. Throws ``HubError/file(path:step:why:)``.
    public func write(into path: String) throws(HubError) {
        let file = path + "/" + Self.fileName
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try (try encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw .file(path: file, step: "write", why: error.localizedDescription)
        }
    }

    /// Reads every file of the folder at `path` whole and compares size and digest. Throws the first difference, and
    /// `CancellationError`.
    public func verify(folder path: String) throws {
        for file in files { try file.verify(at: path + "/" + file.path, named: file.path) }
    }
}

extension HubFile {
    /// Compares the file at `place` with what was listed. Throws ``HubError/wrongSize(path:expected:found:)``,
    /// ``HubError/wrongContents(path:expected:found:)``, ``HubError/file(path:step:why:)`` and `CancellationError`.
    public func verify(at place: String, named name: String? = nil) throws {
        let name = name ?? place
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: place)
        } catch {
            throw HubError.file(path: place, step: "read", why: "it is missing, or may not be read")
        }
        let found = (attributes[.size] as? NSNumber)?.int64Value ?? 0
        guard found == size else { throw HubError.wrongSize(path: name, expected: size, found: found) }
        let computed = try digest.computed(of: place, size: size)
        guard computed == digest else {
            throw HubError.wrongContents(path: name, expected: digest, found: computed)
        }
    }
}
