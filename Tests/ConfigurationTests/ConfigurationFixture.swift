import Configuration
import Foundation
import TestSupport
import Testing

/// A file under `Tests/Fixtures/configuration`, beside what reading it must give.
struct ConfigurationFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let yaml: Data
    /// The errors of a wrong file; the effective configuration of a right one.
    let expected: String

    var testDescription: String { name }

    /// The environment in which the fixtures are read.
    static let environment = ["GATE_PASSWORD": "s3cretPW", "PRESENT": "here"]
    static let sources = ConfigurationSources(environment: environment)

    /// Every file of the folder `wrong` or `right`, by name.
    static func all(_ folder: String) -> [ConfigurationFixture] {
        let folder = Fixtures.folder.appending(path: "configuration/\(folder)", directoryHint: .isDirectory)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { name in
            let stem = String(name.dropLast(".yaml".count))
            let expected = try? String(contentsOf: folder.appending(path: stem + ".expected"), encoding: .utf8)
            return ConfigurationFixture(
                name: stem, yaml: (try? Data(contentsOf: folder.appending(path: name))) ?? Data(),
                expected: expected ?? "there is no \(stem).expected")
        }
    }

    /// One file of the folder `right`.
    static func right(_ name: String) -> ConfigurationFixture? { all("right").first { $0.name == name } }
}

/// The errors of `yaml`, one a line; empty when it is right.
func errors(
    _ yaml: String, _ sources: ConfigurationSources = ConfigurationFixture.sources
) -> String {
    do {
        _ = try sources.resolve(yaml: yaml)
        return ""
    } catch {
        return error.description
    }
}
