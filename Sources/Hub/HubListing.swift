internal import Foundation

/// A file of a repository as the hub lists it.
public struct HubFile: Sendable, Hashable, Codable {
    /// Its path inside the repository.
    public let path: String
    /// Its size in bytes.
    public let size: Int64
    /// Its digest.
    public let digest: PublishedDigest

    /// A file.
    public init(path: String, size: Int64, digest: PublishedDigest) {
        (self.path, self.size, self.digest) = (path, size, digest)
    }
}

/// What a hub says about one commit of a repository (Hugging Face's `/api/models/…`). Everything that is used is checked,
/// since a mirror may say anything.
public enum HubListing {
    /// More files than any repository of models has.
    private static let mostFiles = 20_000
    /// More than any model of today has.
    private static let largestFile: Int64 = 1 << 42

    /// The commit that a revision stands for, and the licence in the model's card.
    public struct Description: Sendable, Equatable {
        /// 40 hexadecimal digits.
        public let commit: String
        /// As the card says; nil when it does not.
        public let licence: String?
    }

    private struct Card: Decodable { let license: Licence? }

    private struct Repository: Decodable {
        let sha: String?
        let cardData: Card?
    }

    /// A card holds one licence or several.
    private struct Licence: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                text = one
            } else {
                text = try container.decode([String].self).joined(separator: ", ")
            }
        }
    }

    private struct Entry: Decodable {
        struct LFS: Decodable {
            let oid: String
            let size: Int64
        }
        let type: String
        let oid: String
        let size: Int64
        let path: String
        let lfs: LFS?
    }

    /// Reads the answer about a revision. Throws ``HubError/listing(repository:why:)``.
    public static func description(_ json: [UInt8], of repository: String) throws(HubError) -> Description {
        guard let read = try? JSONDecoder().decode(Repository.self, from: Data(json)) else {
            throw .listing(repository: repository, why: "its description is not what Hugging Face's is")
        }
        guard let commit = read.sha, HubRepository.isCommit(commit) else {
            throw .listing(repository: repository, why: "its description names no commit")
        }
        let licence = read.cardData?.license?.text.filter { $0.isLetter || $0.isNumber || "-._, ".contains($0) }
        return Description(commit: commit, licence: licence.map { String($0.prefix(100)) })
    }

    /// Reads a page of the list of files; folders are left out. Throws ``HubError/listing(repository:why:)``.
    public static func files(_ json: [UInt8], of repository: String) throws(HubError) -> [HubFile] {
        guard let entries = try? JSONDecoder().decode([Entry].self, from: Data(json)) else {
            throw .listing(repository: repository, why: "it is not what Hugging Face's is")
        }
        guard entries.count <= mostFiles else { throw .listing(repository: repository, why: "it is endless") }
        var files: [HubFile] = []
        for entry in entries where entry.type == "file" {
            guard isSafe(entry.path) else {
                throw .listing(repository: repository, why: "it holds the path '\(shown(entry.path))'")
            }
            let size = entry.lfs?.size ?? entry.size
            guard (0...largestFile).contains(size) else {
                throw .listing(repository: repository, why: "\(shown(entry.path)) has \(size) bytes")
            }
            let digest = entry.lfs.map { PublishedDigest("sha256:" + $0.oid) } ?? PublishedDigest("git:" + entry.oid)
            guard let digest else {
                throw .listing(repository: repository, why: "\(shown(entry.path)) has no digest")
            }
            files.append(HubFile(path: entry.path, size: size, digest: digest))
        }
        return files
    }

    /// The next page that a `Link` header names (RFC 8288).
    public static func nextPage(_ link: String?) -> String? {
        for part in link?.split(separator: ",") ?? [] where part.contains("rel=\"next\"") {
            guard let open = part.firstIndex(of: "<"), let close = part[open...].firstIndex(of: ">") else { continue }
            return String(part[part.index(after: open)..<close])
        }
        return nil
    }

    /// A relative path that leads nowhere else.
    private static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = path.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0 != "\\" }
        return isPlain && path.utf8.count <= 1000 && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    private static func shown(_ path: String) -> String {
        String(path.prefix(80).map { $0.isLetter || $0.isNumber || "-._/ ".contains($0) ? $0 : "?" })
    }
}
