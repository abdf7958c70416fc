/// What a pull fetches: files of one commit that agree with all that is known of them.
public struct PullPlan: Sendable, Equatable {
    /// The model.
    public let entry: ModelEntry
    /// Its commit.
    public let commit: String
    /// Under which licence it is published.
    public let licence: String
    /// What is fetched, small files first.
    public let files: [HubFile]

    /// Chooses among the files that the hub lists, and compares their digests with those of the catalogue and of
    /// `earlier`, the lock of a folder that was pulled at the same commit. Throws
    /// ``HubError/missingFiles(repository:names:)`` and ``HubError/otherFile(repository:path:known:listed:)``.
    public init(
        _ entry: ModelEntry, commit: String, licence: String?, listing: [HubFile], earlier: ModelLock?
    ) throws(HubError) {
        files = try FileSelection.files(of: listing, repository: entry.repository, recipe: entry.recipe)
        var known = entry.digests
        if let earlier, earlier.repository == entry.repository, earlier.commit == commit {
            known.merge(earlier.files.map { ($0.path, $0.digest) }) { first, _ in first }
        }
        for file in files {
            // A digest of another kind is compared when the file is there.
            guard let digest = known[file.path], digest.isComparable(with: file.digest) else { continue }
            guard digest == file.digest else {
                throw .otherFile(repository: entry.repository, path: file.path, known: digest, listed: file.digest)
            }
        }
        self.entry = entry
        self.commit = commit
        self.licence = entry.licence.isEmpty ? licence ?? "not stated" : entry.licence
    }

    /// All bytes.
    public var bytes: Int64 { files.reduce(0) { $0 + $1.size } }

    /// Files by what the catalogue knows of them, where that is of another kind than what the hub lists.
    public var alsoKnown: [HubFile] {
        files.compactMap { file in
            guard let digest = entry.digests[file.path], !digest.isComparable(with: file.digest) else { return nil }
            return HubFile(path: file.path, size: file.size, digest: digest)
        }
    }

    /// What is kept in the folder.
    public var lock: ModelLock {
        ModelLock(repository: entry.repository, commit: commit, licence: licence, files: files)
    }
}

extension PublishedDigest {
    /// Whether both are of the same kind.
    func isComparable(with other: PublishedDigest) -> Bool {
        switch (self, other) {
        case (.sha256, .sha256), (.gitBlob, .gitBlob): true
        default: false
        }
    }
}
