/// A repository of models on a hub, with the revision that is asked for.
public struct HubRepository: Sendable, Hashable, CustomStringConvertible {
    /// `ORGANISATION/MODEL`.
    public let name: String
    /// A commit, branch or tag; nil for the newest of `main`.
    public let revision: String?

    /// Reads `ORGANISATION/MODEL[@REVISION]`. Throws ``HubError/name(_:why:)``.
    public init(_ text: String) throws(HubError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isName) else {
            throw .name(String(text.prefix(200)), why: "there is no such entry")
        }
        name = String(parts[0])
        revision = parts.count == 2 ? String(parts[1]) : nil
        if let revision, !Self.isName(revision[...]) {
            throw .name(String(text.prefix(200)), why: "'\(revision.prefix(80))' is no revision")
        }
    }

    /// `ORGANISATION/MODEL`, with `@REVISION` when one is asked for.
    public var description: String { name + (revision.map { "@" + $0 } ?? "") }

    /// The name of the folder that a model of this repository gets.
    public var folderName: String { name.split(separator: "/").last.map { $0.lowercased() } ?? name }

    /// Whether `text` is the full name of a commit.
    static func isCommit(_ text: String) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// Whether `text` may name a model's folder: lower case, and no path.
    static func isFolderName(_ text: String) -> Bool {
        isName(text[...]) && text == text.lowercased() && text != "starter"
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 96, isWord(first) else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == 45 || $0 == 46 } && !text.contains("..")
    }

    /// Letters, digits, `_`.
    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }
}
