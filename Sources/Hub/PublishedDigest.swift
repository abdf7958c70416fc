internal import Crypto
internal import Foundation

/// The digest under which a hub lists a file.
public enum PublishedDigest: Sendable, Hashable {
    /// SHA-256 of the contents, 64 hexadecimal digits: of large files (Git LFS).
    case sha256(String)
    /// Git's name of the contents, SHA-1 over `blob SIZE\0` and them, 40 hexadecimal digits: of small files.
    case gitBlob(String)

    /// Reads `sha256:…` or `git:…`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let digits = parts[1].lowercased()
        guard digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        switch (parts[0], digits.utf8.count) {
        case ("sha256", 64): self = .sha256(digits)
        case ("git", 40): self = .gitBlob(digits)
        default: return nil
        }
    }

    /// The digest of the file at `path`, of the same kind as this one. Throws ``HubError/file(path:step:why:)``, and
    /// `CancellationError` when the task was cancelled meanwhile.
    func computed(of path: String, size: Int64) throws -> PublishedDigest {
        switch self {
        case .sha256: return .sha256(try Self.hexadecimal(path, SHA256()))
        case .gitBlob:
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(size)\0".utf8))
            return .gitBlob(try Self.hexadecimal(path, hash))
        }
    }

    private static func hexadecimal<Function: HashFunction>(_ path: String, _ start: Function) throws -> String {
        var hash = start
        let file: FileHandle
        do {
            file = try FileHandle(forReadingFrom: URL(filePath: path))
        } catch {
            throw HubError.file(path: path, step: "read", why: error.localizedDescription)
        }
        defer { try? file.close() }
        do {
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
                try Task.checkCancellation()
                hash.update(data: piece)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw HubError.file(path: path, step: "read", why: error.localizedDescription)
        }
        let digits = Array("0123456789abcdef")
        return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

extension PublishedDigest: CustomStringConvertible {
    /// `sha256:…` or `git:…`.
    public var description: String {
        switch self {
        case .sha256(let digits): "sha256:\(digits)"
        case .gitBlob(let digits): "git:\(digits)"
        }
    }
}

extension PublishedDigest: Codable {
    /// Reads the text that ``description`` gives.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = PublishedDigest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text.prefix(80))' is no digest")
        }
        self = digest
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
