import Crypto
import Foundation
import Hub
import TestSupport
import Testing

@Suite("A model that is put together")
struct ModelStagingTests {
    private let folder: ScratchFolder
    private let contents = Data("the contents".utf8)

    init() throws { folder = try ScratchFolder() }

    private var models: String { folder.file("models").path }

    private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    private var file: HubFile {
        HubFile(
            path: "config.json", size: Int64(contents.count), digest: .sha256(hexadecimal(SHA256.hash(data: contents))))
    }

    /// Git's name of the same contents, as `git hash-object` computes it.
    private var blob: HubFile {
        let hash = Insecure.SHA1.hash(data: Data("blob \(contents.count)\0".utf8) + contents)
        return HubFile(path: "config.json", size: Int64(contents.count), digest: .gitBlob(hexadecimal(hash)))
    }

    private func lock(_ commit: Character = "1") -> ModelLock {
        ModelLock(
            repository: "acme/tiny", commit: String(repeating: commit, count: 40), licence: "MIT", files: [file])
    }

    @Test("Git's and LFS's digests are those that git and sha256sum compute")
    func digests() throws {
        let path = try folder.write("a", contents)
        for listed in [file, blob] { try listed.verify(at: path) }
        // git hash-object of the empty file, and sha256sum of it.
        let empty = try folder.write("b", Data())
        for text in [
            "git:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ] {
            let digest = try #require(PublishedDigest(text))
            #expect("\(digest)" == text)
            try HubFile(path: "b", size: 0, digest: digest).verify(at: empty)
        }
        for wrong in ["", "md5:ab", "git:ab", "sha256:" + String(repeating: "g", count: 64)] {
            #expect(PublishedDigest(wrong) == nil)
        }
    }

    @Test("a file counts only when size and digest are right")
    func accepting() throws {
        let staging = try ModelStaging(models: models, name: "tiny")
        #expect(try staging.kept(file).bytes == 0 && !staging.has(file))
        try contents.prefix(5).write(to: URL(filePath: staging.part(file)))
        staging.note(tag: "\"abc\"", of: file)
        #expect(staging.kept(file).bytes == 5 && staging.kept(file).tag == "\"abc\"")
        #expect(throws: HubError.self) { try staging.accept(file) }
        try Data("THE CONTENTS".utf8).write(to: URL(filePath: staging.part(file)))
        #expect(throws: HubError.self) { try staging.accept(file) }
        // More than there should be is no beginning of it.
        try (contents + contents).write(to: URL(filePath: staging.part(file)))
        #expect(staging.kept(file).bytes == 0)
        try contents.write(to: URL(filePath: staging.part(file)))
        try staging.accept(file)
        #expect(try staging.has(file))
        try Data("damaged".utf8).write(to: URL(filePath: staging.path + "/config.json"))
        #expect(try !staging.has(file))
    }

    @Test("a second pull of the same model waits its turn, another model's does not")
    func exclusive() throws {
        let first = try ModelStaging(models: models, name: "tiny")
        #expect(throws: HubError.self) { try ModelStaging(models: models, name: "tiny") }
        _ = try ModelStaging(models: models, name: "other")
        withExtendedLifetime(first) {}
    }

    @Test("a finished model is there as a whole, with its lock, and an older one is gone")
    func finishing() throws {
        for (commit, stranger) in [("1" as Character, "old.bin"), ("2", "x.part")] {
            let staging = try ModelStaging(models: models, name: "tiny")
            try contents.write(to: URL(filePath: staging.part(file)))
            try staging.accept(file)
            try Data().write(to: URL(filePath: staging.path + "/" + stranger))
            try staging.finish(lock(commit))
            #expect(!FileManager.default.fileExists(atPath: staging.path))
            #expect(try ModelLock.of(folder: staging.destination) == lock(commit))
            let names = try FileManager.default.contentsOfDirectory(atPath: staging.destination)
            #expect(Set(names) == ["config.json", ModelLock.fileName])
        }
        let place = models + "/tiny"
        try lock().verify(folder: place)
        try Data("changed".utf8).write(to: URL(filePath: place + "/config.json"))
        #expect(throws: HubError.self) { try lock().verify(folder: place) }
        try Data("{}".utf8).write(to: URL(filePath: place + "/" + ModelLock.fileName))
        #expect(throws: HubError.self) { try ModelLock.of(folder: place) }
        #expect(try ModelLock.of(folder: folder.url.path) == nil)
    }

    @Test("a disk without room is told before anything is fetched")
    func room() throws {
        let staging = try ModelStaging(models: models, name: "tiny")
        try staging.requireRoom(for: 0)
        #expect(throws: HubError.self) { try staging.requireRoom(for: 1 << 60) }
    }
}
