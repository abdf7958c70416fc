import Foundation
import TestSupport
import Testing

@Suite("alertd query", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct QueryCommandTests {
    private static let file = """
        cameras:
          gate: { url: "rtsp://192.0.2.10/a", zones: { fence: [[0,0],[1,0],[1,1]] } }
          door: { url: "rtsp://192.0.2.11/a" }
        queries:
          fire: { text: "a fire with smoke" }
        """

    private struct Line: Decodable {
        let name: String
        let text: String
        let cameras: [String]
        let zone: String?
        let active: String?
        let alarmCeilingPerDay: Double
        let enabled: Bool
        let origin: String
    }

    private let database: CommandDatabase
    private let configuration: String

    init() throws {
        database = try CommandDatabase()
        configuration = try database.folder.write("alertd.yaml", Data(Self.file.utf8))
    }

    private func query(_ arguments: String...) throws -> AlertdProgram.Outcome { try query(arguments) }

    private func query(_ arguments: [String]) throws -> AlertdProgram.Outcome {
        try database.run(["query"] + arguments + ["--config", configuration])
    }

    private func list() throws -> [Line] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try query("list", "--json").lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    }

    @Test("a query is added, listed, switched off and on, and removed")
    func life() throws {
        let added = try query(
            "add", "people", "a person", "--camera", "gate", "--zone", "fence", "--active", "22:00-06:00", "--ceiling",
            "0.5")
        #expect(added.status == 0 && added.errors.isEmpty && added.output.isEmpty, "\(added.errors)")
        var lines = try list()
        #expect(lines.map(\.name) == ["fire", "people"] && lines.map(\.origin) == ["file", "command"])
        #expect(lines[1].text == "a person" && lines[1].cameras == ["gate"] && lines[1].zone == "fence")
        #expect(lines[1].active == "22:00-06:00" && lines[1].alarmCeilingPerDay == 0.5 && lines[1].enabled)
        #expect(lines[0].cameras.isEmpty && lines[0].zone == nil && lines[0].active == nil)
        #expect(try query("disable", "people").status == 0)
        lines = try list()
        #expect(!lines[1].enabled)
        #expect(try query("enable", "people").status == 0)
        #expect(try list()[1].enabled)
        let table = try query("list")
        #expect(table.lines.count == 3 && table.output.contains("22:00-06:00"), "\(table.output)")
        #expect(try query("remove", "people").status == 0)
        #expect(try list().map(\.name) == ["fire"])
    }

    @Test(
        "what cannot be added is refused in one line that says why",
        arguments: [
            (["../x", "a person"], Int32(64), "cannot name a query"), (["-x", "a person"], 64, "Error"),
            (["people", "  "], 64, "empty"), (["people", "a person", "--camera", "yard"], 64, "no such camera"),
            (["people", "a person", "--zone", "fence"], 64, "camera door has no such zone"),
            (["people", "a person", "--camera", "gate", "--zone", "wall"], 64, "it has fence"),
            (["people", "a person", "--active", "25:00-06:00"], 64, "22:00-06:00"),
            (["people", "a person", "--ceiling", "0"], 64, "--ceiling"),
            (["people", "a person", "--ceiling", "nan"], 64, "--ceiling"),
            (["fire", "a person"], 2, "configuration file"),
            (["people", String(repeating: "a ", count: 1000)], 64, "1900"),
        ])
    func refused(arguments: [String], status: Int32, words: String) throws {
        let outcome = try query(["add"] + arguments)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(
            outcome.errors.contains(words) && !outcome.errors.isEmpty && outcome.output.isEmpty, "\(outcome.errors)")
        #expect(try list().map(\.name) == ["fire"])
    }

    @Test("a name that exists, one of the file and one that nobody knows are told apart")
    func changes() throws {
        #expect(try query("add", "people", "a person").status == 0)
        let twice = try query("add", "people", "several people")
        #expect(twice.status == 2 && twice.errors.contains("there is one of that name"), "\(twice.errors)")
        for verb in ["remove", "enable", "disable"] {
            let ofFile = try query(verb, "fire")
            #expect(ofFile.status == 2 && ofFile.errors.contains("change it there"), "\(ofFile.errors)")
            let unknown = try query(verb, "nobody")
            #expect(unknown.status == 2 && unknown.errors.contains("query list"), "\(unknown.errors)")
            #expect(unknown.errorLines.count == 1)
        }
        #expect(try list().map(\.text) == ["a fire with smoke", "a person"])
    }

    @Test("words that the encoder does not know are named, and the query is added all the same")
    func unknownWords() throws {
        let outcome = try query("add", "odd", "a person with a zqxjkvb")
        #expect(outcome.status == 0 && outcome.errors.contains("zqxjkvb"), "\(outcome.errors)")
        #expect(try list().map(\.name) == ["fire", "odd"])
    }
}
