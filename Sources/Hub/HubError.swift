/// What can go wrong with published models, apart from the network. `description` is one line: what was tried, on what,
/// why it failed, what to do.
public enum HubError: Error, Sendable, Equatable {
    /// The catalogue of models cannot be read.
    case catalogue(file: String, why: String)
    /// A name that is neither of the catalogue nor `ORGANISATION/MODEL[@REVISION]`.
    case name(String, why: String)
    /// The address of a hub or mirror cannot be used.
    case endpoint(variable: String, why: String)
    /// What the hub says about a repository cannot be understood or believed.
    case listing(repository: String, why: String)
    /// The repository lacks files without which its models cannot be loaded.
    case missingFiles(repository: String, names: [String])
    /// The hub lists another file than the one that is known under this revision.
    case otherFile(repository: String, path: String, known: PublishedDigest, listed: PublishedDigest)
    /// A file is not what it should be.
    case wrongContents(path: String, expected: PublishedDigest, found: PublishedDigest)
    /// A file has another size than was announced.
    case wrongSize(path: String, expected: Int64, found: Int64)
    /// There is no room.
    case diskFull(path: String, needed: Int64, free: Int64)
    /// Another process is at it.
    case busy(path: String)
    /// A file or folder cannot be used.
    case file(path: String, step: String, why: String)
}

extension HubError: CustomStringConvertible {
    /// One line: what was tried, on what, why it failed, what to do.
    public var description: String {
        switch self {
        case .catalogue(let file, let why): "cannot read the catalogue of models \(file): \(why); install alertd again"
        case .name(let name, let why):
            "cannot find a model '\(name)': \(why); 'alertd models list' shows the names, and any other is "
                + "ORGANISATION/MODEL, with @REVISION if you like"
        case .endpoint(let variable, let why): "cannot use the address in \(variable): \(why); give https://HOST[/PATH]"
        case .listing(let repository, let why):
            "cannot use the hub's list of \(repository): \(why); check ALERTD_MODELS_MIRROR and HF_ENDPOINT"
        case .missingFiles(let repository, let names):
            "cannot use \(repository): it has no \(names.joined(separator: ", no ")); choose another model or revision"
        case .otherFile(let repository, let path, let known, let listed):
            "refused \(path) of \(repository): the hub lists \(listed), known is \(known); the mirror is not honest, or "
                + "out of date"
        case .wrongContents(let path, let expected, let found):
            "\(path) is damaged: its digest is \(found), expected \(expected); pull the model again"
        case .wrongSize(let path, let expected, let found):
            "\(path) has \(found) bytes, \(expected) were announced; pull the model again"
        case .diskFull(let path, let needed, let free):
            "no room in \(path): \(needed / 1_000_000) MB are needed, \(free / 1_000_000) MB are free; make room, or choose "
                + "another --state"
        case .busy(let path): "another alertd is pulling into \(path); wait for it"
        case .file(let path, let step, let why):
            "cannot \(step) \(path): \(why); check the disk and who owns the folder"
        }
    }
}
