import Configuration
import Foundation
import Testing

@Suite("Secrets", .timeLimit(.minutes(5)))
struct RedactionTests {
    private static let byAddress = "Byaddress1"
    private static let byEnvironment = "Byenvironment2"
    private static let byCredential = "Bycredential3"
    private static let secrets = [byAddress, byEnvironment, byCredential]

    private let sources = ConfigurationSources(
        expansion: Expansion(environment: ["PASSWORD": byEnvironment]) { name in
            name == "TOKEN" ? Data((byCredential + "\n").utf8) : nil
        })

    private static let yaml = """
        database: postgresql://alertd:${PASSWORD}@db.example.org/alertd?sslpassword=${TOKEN}
        cameras:
          a: { url: "rtsp://user:\(byAddress)@192.0.2.1/s", record_url: "rtsp://${TOKEN}:${PASSWORD}@192.0.2.1/s" }
          b: { url: "http://192.0.2.2/mjpeg?user=a&password=\(byAddress)" }
          c: { url: "rtsp://192.0.2.3/user=admin&password=\(byAddress)&channel=1.sdp" }
          d: { url: "https://192.0.2.4/${TOKEN}/live.m3u8" }
        notify:
          webhook: "https://hooks.example.org/T1/\(byAddress)"
          webhook_secret: "\(byAddress)${TOKEN}"
          webhook_authorization: "Bearer ${PASSWORD}"
          mqtt: "mqtt://m:${PASSWORD}@broker/alertd"
          email: { server: "smtps://m:${TOKEN}@mail.example.org", from: a@example.org, to: [b@example.org] }
        describe: { endpoint: "https://k:${TOKEN}@api.example.org/v1", allow_remote: true }
        """

    private func expectNoSecret(_ text: String, _ comment: Comment) {
        for secret in Self.secrets { #expect(!text.lowercased().contains(secret.lowercased()), comment) }
    }

    @Test("a password by address, environment or credential is in no description, dump or printed configuration")
    func descriptions() throws {
        let configuration = try sources.resolve(yaml: Self.yaml)
        var dumped = ""
        dump(configuration, to: &dumped)
        for camera in configuration.cameras {
            dump(camera, to: &dumped)
            dumped += "\(camera) \(String(reflecting: camera)) \(camera.url) \(String(reflecting: camera.url))"
        }
        dump(configuration.database, to: &dumped)
        dump(configuration.notify, to: &dumped)
        dump(configuration.describe, to: &dumped)
        dumped +=
            "\(configuration) \(String(reflecting: configuration)) \(configuration.notify) \(configuration.database)"
        expectNoSecret(dumped, "dump")
        expectNoSecret(EffectiveConfiguration(configuration).yaml, "effective configuration")
        let changes = CameraChanges(from: configuration, to: try sources.resolve(nil))
        expectNoSecret("\(changes)", "changes")
        #expect(configuration.camera(configuration.cameras[0].name)?.url.revealed.contains(Self.byAddress) == true)
        #expect(
            configuration.cameras[0].recordURL.revealed
                == "rtsp://\(Self.byCredential):\(Self.byEnvironment)@192.0.2.1/s")
    }

    @Test("however the file is cut short or garbled, no error shows a secret")
    func errorsAfterDamage() {
        let bytes = Array(Self.yaml.utf8)
        for end in stride(from: 1, to: bytes.count, by: 7) {
            expectNoSecret(errors(String(decoding: bytes[..<end], as: UTF8.self), sources), "cut at \(end)")
        }
        for (index, mark) in [":", "\"", "{", "}", "@", "//", ",", "\n", "$", " "].enumerated() {
            for replacement in ["", " ", "\n", "\"", "[", "#", "x: "] {
                let garbled = Self.yaml.replacing(mark, with: replacement)
                expectNoSecret(errors(garbled, sources), "mark \(index)")
            }
        }
    }

    @Test("a secret in the wrong place of the file is not repeated in the error")
    func wrongPlaces() {
        for key in ["state", "log.level", "log.format", "models.encoder", "http.listen", "describe.tokens_per_hour"] {
            let names = key.split(separator: ".")
            let value = "\"\(Self.byAddress)!${PASSWORD}${TOKEN}\""
            let yaml = names.count == 1 ? "\(key): \(value)" : "\(names[0]): { \(names[1]): \(value) }"
            let text = errors(yaml, sources)
            #expect(!text.isEmpty)
            expectNoSecret(text, "\(key)")
        }
    }

    @Test("a wrong override by environment or command line is not repeated in the error")
    func overrides() {
        var sources = ConfigurationSources(
            environment: [
                "ALERTD_DATABASE": "mysql://a:\(Self.byEnvironment)@b/c", "ALERTD_HTTP_LISTEN": Self.byEnvironment,
            ])
        expectNoSecret(errors("", sources), "environment")
        sources.commandLine.database = "host=a password=\(Self.byAddress)"
        #expect(errors("", sources).contains("option --database: database:"))
        expectNoSecret(errors("", sources), "command line")
    }

    @Test("a secret describes, reflects and dumps as ***")
    func secret() {
        let secret = Secret(Self.byAddress)
        var dumped = ""
        dump([secret], to: &dumped)
        expectNoSecret(dumped + "\(secret) \(String(reflecting: secret)) \(Optional(secret) as Any)", "secret")
        #expect("\(secret)" == "***" && secret.revealed == Self.byAddress)
    }
}
