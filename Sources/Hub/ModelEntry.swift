internal import Foundation

/// A published model that alertd knows by name.
public struct ModelEntry: Sendable, Hashable, Codable {
    /// What the model is for.
    public enum Use: String, Sendable, Hashable, Codable {
        /// Turns pictures, and as a rule sentences, into encodings: `models.encoder`.
        case encoder
        /// Describes video in words: `models.describer`.
        case describer
        /// Turns sentences into encodings.
        case sentences
    }

    /// Its name here, as the configuration writes it.
    public let name: String
    /// What it is for.
    public let use: Use
    /// `ORGANISATION/MODEL` on the hub.
    public let repository: String
    /// The commit that is fetched; nil when none is pinned: the first pull takes the newest and keeps to it.
    public let revision: String?
    /// Under which licence it is published.
    public let licence: String
    /// The `model_type` of its `config.json`.
    public let recipe: String
    /// About how many bytes are fetched.
    public let bytes: Int64
    /// What it is.
    public let summary: String
    /// Known digests, by path: the hub must list the same.
    public let digests: [String: PublishedDigest]

    /// A model that is no entry of the catalogue: its licence is the hub's to say. Throws ``HubError/name(_:why:)``.
    public init(name: String, repository: HubRepository) throws(HubError) {
        guard HubRepository.isFolderName(name) else { throw Self.unusable(name) }
        (self.name, self.repository, revision) = (name, repository.name, repository.revision)
        (use, licence, recipe, bytes, summary, digests) = (.encoder, "", "", 0, "", [:])
    }

    /// The same model under another name. Throws ``HubError/name(_:why:)``.
    public func named(_ name: String) throws(HubError) -> ModelEntry {
        guard HubRepository.isFolderName(name) else { throw Self.unusable(name) }
        return ModelEntry(
            name: name, use: use, repository: repository, revision: revision, licence: licence, recipe: recipe,
            bytes: bytes, summary: summary, digests: digests)
    }

    private init(
        name: String, use: Use, repository: String, revision: String?, licence: String, recipe: String, bytes: Int64,
        summary: String, digests: [String: PublishedDigest]
    ) {
        (self.name, self.use, self.repository, self.revision) = (name, use, repository, revision)
        (self.licence, self.recipe, self.bytes) = (licence, recipe, bytes)
        (self.summary, self.digests) = (summary, digests)
    }

    private static func unusable(_ name: String) -> HubError {
        .name(String(name.prefix(100)), why: "a folder cannot be called so; lower case letters, digits, '-', '.', '_'")
    }
}

/// The models that alertd knows by name: `share/models.json`.
public struct ModelCatalogue: Sendable, Equatable {
    /// In the file's order.
    public let entries: [ModelEntry]

    private struct File: Decodable { let models: [ModelEntry] }

    /// Reads the file at `path`. Throws ``HubError/catalogue(file:why:)``.
    public init(path: String) throws(HubError) {
        do {
            let read = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(filePath: path)))
            try self.init(read.models, file: path)
        } catch let error as HubError {
            throw error
        } catch {
            throw .catalogue(file: path, why: "\(error)")
        }
    }

    /// A catalogue of these entries, which must have different and usable names.
    init(_ entries: [ModelEntry], file: String) throws(HubError) {
        var names: Set<String> = []
        for entry in entries {
            guard HubRepository.isFolderName(entry.name) else {
                throw .catalogue(file: file, why: "'\(entry.name)' is no name")
            }
            guard names.insert(entry.name).inserted else {
                throw .catalogue(file: file, why: "\(entry.name) comes twice")
            }
            guard (try? HubRepository(entry.repository)) != nil else {
                throw .catalogue(file: file, why: "\(entry.name): '\(entry.repository)' is no repository")
            }
            if let revision = entry.revision, !HubRepository.isCommit(revision) {
                throw .catalogue(file: file, why: "\(entry.name): '\(revision)' is no commit")
            }
        }
        self.entries = entries
    }

    /// The entry called `name`.
    public subscript(_ name: String) -> ModelEntry? { entries.first { $0.name == name } }
}
