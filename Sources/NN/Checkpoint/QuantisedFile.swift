internal import Foundation
internal import Glibc

/// The quantised weights of one model in one file, laid out as the kernels read them, so that the next start maps them instead of
/// quantising again. Used while a model loads, on one thread.
///
/// The file: matrices, each at a multiple of 64 bytes; their table as JSON; its length (8 bytes, little-endian); SHA-256 over all
/// of that in 64 digits. It is written beside its place and renamed when it is whole. It saves time and nothing else: a file that
/// cannot be read is made anew, and one that cannot be written is done without.
package final class QuantisedFile {
    /// Where a matrix lies.
    private struct Entry: Codable {
        let offset, count: Int
    }

    private struct Table: Codable {
        let form, digest: String
        let entries: [String: Entry]
    }

    /// Raised whenever kernels lay weights out differently.
    private static let form = "alertd quantised weights 1"
    /// Files of other models that are left in the directory.
    private static let kept = 2

    /// Of the model.
    package let digest: String
    private let path: String
    private let mapped: (file: MappedFile, entries: [String: Entry])?
    private var added: [(key: String, bytes: AlignedBytes)] = []

    /// The file of the model with `digest`, which covers its weights and their precision, in `directory`.
    package init(directory: String, digest: String) {
        (path, self.digest) = (directory + "/" + digest + ".quantised", digest)
        mapped = Self.open(path, digest)
    }

    /// Whether the weights were there already.
    package var isRead: Bool { mapped != nil }

    /// The matrix `key` of `count` bytes; nil when the file has none.
    func bytes(_ key: String, count: Int) -> AlignedBytes? {
        guard let mapped, let entry = mapped.entries[key], entry.count == count else { return nil }
        return AlignedBytes(mapped.file, offset: entry.offset, count: count)
    }

    /// Keeps the matrix `key` for the next start.
    func add(_ key: String, _ bytes: AlignedBytes) { added.append((key, bytes)) }

    /// Writes what was added, once the model is loaded. Returns whether there is a file now.
    @discardableResult
    package func save() -> Bool {
        guard mapped == nil, !added.isEmpty else { return isRead }
        let draft = path + ".new"
        defer { added = [] }
        guard write(to: draft), rename(draft, path) == 0 else {
            unlink(draft)
            return false
        }
        removeOthers()
        return true
    }

    private func write(to draft: String) -> Bool {
        unlink(draft)
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // What root writes is its directory's owner's.
        var owner = stat()
        if geteuid() == 0, stat(URL(filePath: path).deletingLastPathComponent().path, &owner) == 0 {
            guard fchown(descriptor, owner.st_uid, owner.st_gid) == 0 else { return false }
        }
        var size = 0
        func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            size += bytes.count
            return true
        }
        func put(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes(put) }
        var entries: [String: Entry] = [:]
        for (key, bytes) in added {
            guard put([UInt8](repeating: 0, count: (64 - size % 64) % 64)) else { return false }
            entries[key] = Entry(offset: size, count: bytes.count)
            guard put(UnsafeRawBufferPointer(start: bytes.start, count: bytes.count)) else { return false }
        }
        guard let table = try? JSONEncoder().encode(Table(form: Self.form, digest: digest, entries: entries)),
            put([UInt8](table)), withUnsafeBytes(of: UInt64(table.count).littleEndian, put),
            let whole = Self.digest(of: draft, first: size)
        else { return false }
        return put(Array(whole.utf8)) && fsync(descriptor) == 0
    }

    /// Over the first `count` bytes of a file; nil when it is shorter.
    private static func digest(of path: String, first count: Int) -> String? {
        guard let file = try? MappedFile(path: path), file.bytes.count >= count else { return nil }
        var digest = FileDigest()
        digest.add(name: form, start: count, of: file)
        return digest.hexadecimal
    }

    private static func open(_ path: String, _ digest: String) -> (file: MappedFile, entries: [String: Entry])? {
        guard let file = try? MappedFile(path: path) else { return nil }
        let bytes = file.bytes
        defer { withExtendedLifetime(file) {} }
        let end = bytes.count - 72
        guard end > 0, let whole = Self.digest(of: path, first: end + 8),
            whole.utf8.elementsEqual(bytes[(end + 8)...])
        else { return nil }
        let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
        guard length <= end else { return nil }
        let start = end - Int(length)
        guard let table = try? JSONDecoder().decode(Table.self, from: Data(bytes[start..<end])), table.form == form,
            table.digest == digest,
            table.entries.values.allSatisfy({ entry in
                entry.offset >= 0 && entry.offset % 64 == 0 && entry.offset <= start
                    && (0...start - entry.offset).contains(entry.count)
            })
        else { return nil }
        return (file, table.entries)
    }

    /// The newest files of other models stay: several describers may be in use.
    private func removeOthers() {
        let directory = URL(filePath: path).deletingLastPathComponent()
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files = try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: Array(keys))
        let others = (files ?? []).filter { $0.pathExtension == "quantised" && $0.path != path }.map { file in
            (file, (try? file.resourceValues(forKeys: keys))?.contentModificationDate ?? .distantPast)
        }
        for (file, _) in others.sorted(by: { $0.1 > $1.1 }).dropFirst(Self.kept) {
            unlink(file.path)
        }
    }
}
