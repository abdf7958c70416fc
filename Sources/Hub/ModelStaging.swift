internal import Foundation
internal import Glibc

/// The folder in which a model is put together, beside the place where it will be: `.pull-NAME`. What an interrupted pull
/// left there is gone on with. Held by one process at a time.
public final class ModelStaging: Sendable {
    /// Left free on the disk beyond what is fetched.
    private static let reserve: Int64 = 256 << 20

    /// The folder of models.
    private let models: String
    private let name: String
    private let descriptor: Int32

    /// The folder itself.
    public var path: String { models + "/.pull-" + name }
    /// Where the finished model will be.
    public var destination: String { models + "/" + name }

    /// Where an older one is for the moment of the exchange.
    private var replaced: String { models + "/.old-" + name }

    /// Makes the folder for the model `name` in the folder `models`, or takes over what is there. Throws
    /// ``HubError/busy(path:)`` and ``HubError/file(path:step:why:)``.
    public init(models: String, name: String) throws(HubError) {
        (self.models, self.name) = (models, name)
        let path = models + "/.pull-" + name
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw .file(path: path, step: "make", why: error.localizedDescription)
        }
        descriptor = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, "write in") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .busy(path: path)
        }
        // The end of an exchange that was interrupted.
        let (old, place) = (models + "/.old-" + name, models + "/" + name)
        if FileManager.default.fileExists(atPath: place) {
            try? FileManager.default.removeItem(atPath: old)
        } else {
            _ = rename(old, place)
        }
    }

    deinit { close(descriptor) }

    /// Where a file is written to while it is fetched.
    public func part(_ file: HubFile) -> String { path + "/" + file.path + ".part" }

    /// How much of `file` an earlier try has left: never more than there should be. `tag` is the entity tag under which it
    /// came.
    public func kept(_ file: HubFile) -> (bytes: Int64, tag: String?) {
        let part = part(file)
        var status = stat()
        guard lstat(part, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return (0, nil) }
        guard Int64(status.st_size) <= file.size else {
            forget(file)
            return (0, nil)
        }
        let tag = (try? String(contentsOfFile: part + ".tag", encoding: .utf8)) ?? ""
        return (Int64(status.st_size), tag.isEmpty ? nil : tag)
    }

    /// Notes under which entity tag a file comes.
    public func note(tag: String?, of file: HubFile) {
        try? (tag ?? "").write(toFile: part(file) + ".tag", atomically: true, encoding: .utf8)
    }

    /// Removes what there is of `file`.
    public func forget(_ file: HubFile) {
        unlink(part(file))
        unlink(part(file) + ".tag")
    }

    /// Whether `file` is there whole and right.
    public func has(_ file: HubFile) throws -> Bool {
        let place = path + "/" + file.path
        guard FileManager.default.fileExists(atPath: place) else { return false }
        do {
            try file.verify(at: place)
            return true
        } catch let error as HubError {
            guard unlink(place) == 0 else { throw error }
            return false
        }
    }

    /// Checks a file that has come whole and gives it its name. Throws what ``HubFile/verify(at:named:)`` throws.
    public func accept(_ file: HubFile) throws {
        try file.verify(at: part(file), named: file.path)
        guard rename(part(file), path + "/" + file.path) == 0 else {
            throw Self.failure(path + "/" + file.path, "name")
        }
        unlink(part(file) + ".tag")
    }

    /// Throws ``HubError/diskFull(path:needed:free:)`` unless `bytes` more fit.
    public func requireRoom(for bytes: Int64) throws(HubError) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw Self.failure(path, "look at") }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        if bytes > 0, free < bytes + Self.reserve {
            throw .diskFull(path: models, needed: bytes + Self.reserve, free: free)
        }
    }

    /// Puts the finished model in its place, of which an older one is taken away: at no moment is there half a model.
    /// Throws ``HubError/file(path:step:why:)``.
    public func finish(_ lock: ModelLock) throws(HubError) {
        try removeStrangers(keeping: Set(lock.files.map(\.path)))
        try lock.write(into: path)
        synchronize(path)
        if rename(path, destination) != 0 {
            // Only an empty folder would be replaced.
            guard rename(destination, replaced) == 0, rename(path, destination) == 0 else {
                throw Self.failure(destination, "put the model at")
            }
            try? FileManager.default.removeItem(atPath: replaced)
        }
        synchronize(models)
    }

    /// An earlier pull of another revision may have left files that this one has not.
    private func removeStrangers(keeping names: Set<String>) throws(HubError) {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in found where !names.contains(name) {
            guard (try? FileManager.default.removeItem(atPath: path + "/" + name)) != nil else {
                throw Self.failure(path + "/" + name, "remove")
            }
        }
    }

    private func synchronize(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String, _ step: String) -> HubError {
        .file(path: path, step: step, why: String(cString: strerror(errno)))
    }
}
