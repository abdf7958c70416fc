import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("Quantised weights on disk")
struct QuantisedFileTests {
    private let folder, kept: ScratchFolder
    init() throws {
        (folder, kept) = (try ScratchFolder(), try ScratchFolder())
        try TinySmolVLM(context: 2048).write(to: folder)
    }

    private func load(keeping: Bool = true) throws -> any VideoDialogue {
        try Recipe.loadDialogue(
            folder: folder.path, precision: .int8Groups, keepingIn: keeping ? kept.path : nil)
    }

    private func logits(_ dialogue: any VideoDialogue) -> [Float] {
        var cache = dialogue.decoder.emptyCache(limit: 8)
        let hidden = dialogue.decoder.advance(dialogue.decoder.embed([5, 9, 20, 31]), cache: &cache)
        return dialogue.decoder.logits(hidden).values
    }

    private var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: kept.path).sorted() }
    }

    @Test("a model read from its file computes the same, bit by bit, and is the same model")
    func same() throws {
        let (plain, first) = (try load(keeping: false), try load())
        #expect(try files == [first.digest + ".quantised"])
        #expect(QuantisedFile(directory: kept.path, digest: first.digest).isRead)
        let second = try load()
        #expect(plain.digest == first.digest && first.digest == second.digest)
        #expect(logits(plain) == logits(first) && logits(first) == logits(second))
        #expect(try files == [first.digest + ".quantised"])
    }

    @Test(
        "a damaged file is made anew and never read",
        arguments: [0, 1, 64, -1, -40, -72, -73, -80])
    func damaged(place: Int) throws {
        let sound = logits(try load())
        let name = try #require(try files.first)
        let url = kept.file(name)
        var bytes = try Data(contentsOf: url)
        bytes[place >= 0 ? place : bytes.count + place] ^= 0x40
        try bytes.write(to: url)
        let digest = String(name.dropLast(".quantised".count))
        #expect(!QuantisedFile(directory: kept.path, digest: digest).isRead)
        #expect(logits(try load()) == sound)
        #expect(QuantisedFile(directory: kept.path, digest: digest).isRead)
    }

    @Test("a file cut short at any length is not read", arguments: [0, 1, 63, 71, 72, 73, 5000])
    func short(length: Int) throws {
        _ = try load()
        let name = try #require(try files.first)
        try Data(contentsOf: kept.file(name)).prefix(length).write(to: kept.file(name))
        #expect(!QuantisedFile(directory: kept.path, digest: String(name.dropLast(10))).isRead)
    }

    @Test("another model has another file; of many the newest stay")
    func others() throws {
        for index in 0..<5 {
            try Data("old".utf8).write(to: kept.file("\(index).quantised"))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(index))],
                ofItemAtPath: kept.file("\(index).quantised").path)
        }
        let digest = try load().digest
        #expect(Set(try files) == ["3.quantised", "4.quantised", digest + ".quantised"])
    }

    @Test("a directory that is not there, or cannot be written, is done without")
    func nowhere() throws {
        let dialogue = try Recipe.loadDialogue(
            folder: folder.path, precision: .int8Groups, keepingIn: kept.path + "/nowhere")
        #expect(logits(dialogue) == logits(try load(keeping: false)))
    }
}
