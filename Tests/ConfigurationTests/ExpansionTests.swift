import Configuration
import Foundation
import Testing

@Suite("Expansion and precedence", .timeLimit(.minutes(5)))
struct ExpansionTests {
    private func encoder(_ text: String, _ expansion: Expansion) throws -> String {
        try ConfigurationSources(expansion: expansion).resolve(yaml: "models: { encoder: \"\(text)\" }").models.encoder
    }

    @Test("a credential comes before the environment and loses one line break")
    func credentials() throws {
        let both = Expansion(environment: ["A": "environment", "B": "b"]) { name in
            name == "A" ? Data("credential\n".utf8) : nil
        }
        #expect(try encoder("${A}", both) == "credential")
        #expect(try encoder("x-${A}-${B}.${B}", both) == "x-credential-b.b")
        let twice = Expansion(environment: [:]) { _ in Data("a\n\n".utf8) }
        #expect(throws: ConfigurationError.self) { try encoder("${A}", twice) }
        let windows = Expansion(environment: [:]) { _ in Data("a\r\n".utf8) }
        #expect(try encoder("${A}", windows) == "a")
    }

    @Test("credentials are read from the files of CREDENTIALS_DIRECTORY")
    func credentialFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("from-file\n".utf8).write(to: folder.appending(path: "NAME"))
        let system = Expansion.system(environment: ["CREDENTIALS_DIRECTORY": folder.path, "OTHER": "from-environment"])
        #expect(try encoder("${NAME}", system) == "from-file")
        #expect(try encoder("${OTHER}", system) == "from-environment")
    }

    @Test("$${ is a plain ${, and a dollar alone stays")
    func escapes() throws {
        let none = Expansion(environment: [:])
        let query = { (text: String) in
            try ConfigurationSources(expansion: none).resolve(
                yaml: "cameras: { a: { url: rtsp://h/a } }\nqueries: { q: { text: '\(text)' } }"
            ).queries.first?.text
        }
        #expect(try query("$${NAME} costs $5 $") == "${NAME} costs $5 $")
        #expect(try query("$$${X}") == "$${X}")
    }

    @Test("an expanded value is not expanded again, and keys are never expanded")
    func once() throws {
        let nested = Expansion(environment: ["A": "${B}", "B": "b"])
        #expect(throws: ConfigurationError.self) { try encoder("${A}", nested) }
        let sources = ConfigurationSources(environment: ["A": "state"])
        #expect(errors("${A}: /x\n", sources).contains("unknown key"))
    }

    @Test("a credential that is no text is refused without showing it")
    func binary() {
        let bad = Expansion(environment: [:]) { _ in Data([0xFF, 0xFE, 0x41]) }
        let text = errors("state: ${A}\n", ConfigurationSources(expansion: bad))
        #expect(text.hasPrefix("alertd.yaml:1:8: state: the credential A is no text;"))
    }

    @Test("command line beats environment, environment beats file, file beats default")
    func precedence() throws {
        let yaml = "database: postgresql:///file\nstate: /file\nlog: { level: error }\n"
        let environment = [
            "ALERTD_DATABASE": "postgresql:///environment", "ALERTD_STATE": "/environment", "ALERTD_LOG_LEVEL": "debug",
            "ALERTD_LOG_FORMAT": "json", "ALERTD_HTTP_LISTEN": "[::1]:9000", "ALERTD_MODELS_ENCODER": "/models/a",
            "ALERTD_MODELS_DESCRIBER": "other", "ALERTD_MODELS_SENTENCES": "/models/minilm",
        ]
        let line = ConfigurationSources.CommandLineValues(database: "embedded", state: "/line", logLevel: "trace")
        let all = try ConfigurationSources(commandLine: line, environment: environment).resolve(yaml: yaml)
        #expect(all.database == .embedded && all.state == "/line" && all.log.level == .trace)
        let two = try ConfigurationSources(environment: environment).resolve(yaml: yaml)
        #expect(two.database == .url(SecretURL("postgresql:///environment")) && two.state == "/environment")
        #expect(two.log.level == .debug && two.log.format == .json)
        #expect(two.http.listen == ListenAddress("[::1]:9000"))
        #expect(two.models.encoder == "/models/a" && two.models.describer == "other")
        #expect(two.models.sentences == "/models/minilm")
        let file = try ConfigurationSources().resolve(yaml: yaml)
        #expect(file.database == .url(SecretURL("postgresql:///file")) && file.state == "/file")
        #expect(file.log.level == .error)
        let nothing = try ConfigurationSources().resolve(nil)
        #expect(nothing.database == .embedded && nothing.state == "/var/lib/alertd" && nothing.log.level == .info)
        #expect(try ConfigurationSources(defaultState: "/home/a").resolve(nil).state == "/home/a")
        #expect(try ConfigurationSources(environment: ["ALERTD_STATE": ""]).resolve(nil).state == "/var/lib/alertd")
    }

    @Test("a wrong override names its variable or option, after the file's errors")
    func wrongOverrides() {
        let sources = ConfigurationSources(
            commandLine: .init(logLevel: "loud"),
            environment: ["ALERTD_HTTP_LISTEN": "0.0.0.0:80", "ALERTD_STATE": "x"])
        #expect(
            errors("nothing: 1\n", sources).split(separator: "\n").map { $0.prefix { $0 != ";" } } == [
                "alertd.yaml:1:1: nothing: unknown key",
                "environment ALERTD_HTTP_LISTEN: http.listen: open to other machines without encryption",
                "environment ALERTD_STATE: state: does not start with /",
                "option --log-level: log.level: not one of the words",
            ])
    }

    @Test("the file is --config, then ALERTD_CONFIG, then the standard path when it exists")
    func location() {
        #expect(ConfigurationFile.locate(option: "/a", environment: ["ALERTD_CONFIG": "/b"]) == "/a")
        #expect(ConfigurationFile.locate(option: nil, environment: ["ALERTD_CONFIG": "/b"]) == "/b")
        let standard = FileManager.default.fileExists(atPath: ConfigurationFile.standardPath)
        #expect((ConfigurationFile.locate(option: nil, environment: [:]) != nil) == standard)
    }
}
