import Foundation
import Glibc
import TestSupport
import Testing

/// A camera's password must not appear in any output, error, row, command line or file of the state folder.
@Suite("Passwords of cameras", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct SecretsTests {
    /// How the program learns the password.
    enum Way: String, CaseIterable {
        case url, environment, credential
    }

    private static let user = "cam"
    /// What a person might choose; each run has its own, so that nothing else on the machine can hold it.
    private static func makePassword() -> String { "pa+ss~w0rd-\(UInt32.random(in: 1_000_000 ... .max))" }

    /// The commands that are watched, each with the exit status that the right password gives.
    private static func runs(
        _ database: CommandDatabase, config: String, url: String, isRight: Bool
    ) -> [SecretRun] {
        let options = database.options + ["--config", config]
        let picture = database.folder.file("state/picture.jpg").path
        return [
            SecretRun(arguments: ["check-config", "--config", config]),
            SecretRun(arguments: ["check-config", "--json", "--config", config]),
            SecretRun(arguments: ["db", "status"] + options),
            SecretRun(arguments: ["camera", "list"] + options),
            SecretRun(arguments: ["camera", "list", "--json"] + options),
            SecretRun(arguments: ["camera", "probe", "gate", "--seconds", "1", "--log-level", "trace"] + options),
            SecretRun(arguments: ["camera", "probe", "-", "--seconds", "1", "--json"] + options, input: url + "\n"),
            SecretRun(
                arguments: ["camera", "probe", "--seconds", "1"] + options, environment: ["ALERTD_CAMERA_URL": url]),
            SecretRun(
                arguments: ["camera", "snapshot", "gate", "--output", picture, "--log-level", "trace"] + options),
            SecretRun(arguments: ["query", "add", "people", "a person"] + options),
            SecretRun(arguments: ["query", "list"] + options), SecretRun(arguments: ["events", "list"] + options),
            SecretRun(
                arguments: ["run", "--log-level", "trace"] + options,
                end: .signal(SIGTERM, afterErrors: isRight ? "camera gate: live" : "(401)")),
            SecretRun(arguments: ["coverage"] + options),
        ]
    }

    @Test("a password is found nowhere, right or wrong, however it is given", arguments: Way.allCases, [true, false])
    func nowhere(way: Way, isRight: Bool) throws {
        let password = Self.makePassword()
        let server = try RTSPServer(.digest(user: Self.user, password: isRight ? password : password + "x"))
        let database = try CommandDatabase()
        let secrets = try ScratchFolder()
        let url = server.url(credentials: "\(Self.user):\(password)")
        let (config, environment) = try Self.configure(way, password, server, in: secrets)
        // As root the program becomes another user, who must be able to write here.
        try FileManager.default.createDirectory(at: database.folder.file("state"), withIntermediateDirectories: false)

        var search = SecretSearch(user: Self.user, password: password)
        for var run in Self.runs(database, config: config, url: url, isRight: isRight) {
            run.environment.merge(environment) { own, _ in own }
            let outcome = try search.watch(run)
            let asksCamera = run.arguments[1] == "probe" || run.arguments[1] == "snapshot"
            let expected = asksCamera && !isRight ? 69 : run.status
            #expect(outcome.status == expected, "\(run.arguments.prefix(2)): \(outcome.errors)")
            if asksCamera, !isRight { #expect(outcome.errors.contains("401"), "\(outcome.errors)") }
        }
        search.look(at: try database.dump().utf8, from: "the database")
        try search.look(into: database.folder.file("state"))
        #expect(search.findings == [])
        #expect(search.places.isSuperset(of: ["the database", "the command line", "the errors of camera probe"]))
    }

    @Test("the search finds what it looks for")
    func searchWorks() throws {
        let folder = try ScratchFolder()
        let texts = ["x p+q~ y", "x p%2Bq%7E y", "Basic " + Data("cam:p+q~".utf8).base64EncodedString(), "harmless"]
        for (index, text) in texts.enumerated() { _ = try folder.write("\(index)", Data(text.utf8)) }
        var search = SecretSearch(user: "cam", password: "p+q~")
        try search.look(into: folder.url)
        #expect(search.findings.count == 3)
        search.lookAtProcesses(of: getpid())
        #expect(search.places.contains("the command line"))
    }

    /// A configuration in which the camera's password comes in this way, and the environment that belongs to it.
    private static func configure(
        _ way: Way, _ password: String, _ server: RTSPServer, in folder: ScratchFolder
    ) throws -> (config: String, environment: [String: String]) {
        let word = way == .url ? password : "${GATE_PASSWORD}"
        let text = "cameras: { gate: { url: \"\(server.url(credentials: "\(user):\(word)"))\" } }\n"
        let config = try folder.write("alertd.yaml", Data(text.utf8))
        switch way {
        case .url: return (config, [:])
        case .environment: return (config, ["GATE_PASSWORD": password])
        case .credential:
            _ = try folder.write("GATE_PASSWORD", Data((password + "\n").utf8))
            return (config, ["CREDENTIALS_DIRECTORY": folder.url.path])
        }
    }
}
