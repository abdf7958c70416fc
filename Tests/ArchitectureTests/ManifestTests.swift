import Foundation
import TestSupport
import Testing

@Suite("The package manifest", .timeLimit(.minutes(5)))
struct ManifestTests {
    private let manifest = Manifest(SourceText.read("Package.swift"))

    @Test("declares only edges that go down")
    func floors() {
        let bad = Manifest(
            """
            let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
            // room("NN", ["Store"])
            room("Ingest", ["Base", "Store"]), room("Base", [logging]),
            .executableTarget(
                name: "Attic",
                dependencies: ["Base"])
            tests("BaseTests", ["Store"])
            """)
        #expect(
            bad.floorViolations()
                == ["Attic has no floor", "Base may not depend on Logging", "Ingest may not depend on Store"])
        #expect(manifest.targets.count > 15)
        #expect(manifest.targets["alertd"]?.contains("ArgumentParser") == true)
        #expect(manifest.floorViolations() == [])
    }

    @Test("declares every import")
    func imports() {
        let bad = SourceFile(path: "Sources/Store/Pool.swift", text: "import Base\nimport Logging\nimport NN\n")
        #expect(
            manifest.undeclaredImports(bad) == [
                "Sources/Store/Pool.swift: imports NN, which Package.swift does not declare for Store"
            ])
        #expect(SourceText.swiftFiles(in: "Sources").flatMap(manifest.undeclaredImports) == [])
    }

    @Test("has a floor for every folder in Sources")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            at: Fixtures.root.appending(path: "Sources"), includingPropertiesForKeys: nil)
        #expect(folders.count >= 12)
        #expect(folders.map(\.lastPathComponent).filter { House.floors[$0] == nil } == [])
    }

    @Test("gives the reason for every package it fetches")
    func reasons() {
        let page = SourceText.read("docs/design/dependencies.md")
        let bad = Manifest(#".package(url: "https://example.org/vague/swift-vague.git", from: "1.0.0")"#)
        #expect(bad.packages == ["swift-vague"])
        #expect(unexplained(bad, in: page) == ["swift-vague"])
        #expect(manifest.packages.count >= 2)
        #expect(unexplained(manifest, in: page) == [])
    }

    @Test("names C libraries that the set-up installs and the dependencies page explains")
    func libraries() {
        let manifest = SourceText.read("Package.swift")
        let packages = manifest.captures(ofPattern: #"\.apt\(\["([^"]+)"\]\)"#)
        let bootstrap = SourceText.read("scripts/bootstrap")
        let page = SourceText.read("docs/design/dependencies.md")
        #expect(packages.count >= 3)
        #expect(packages.filter { !bootstrap.contains($0) } == [])
        #expect(packages.filter { !page.contains($0) } == [])
    }

    private func unexplained(_ manifest: Manifest, in page: String) -> [String] {
        manifest.packages.filter { !page.contains("\n| `\($0)`") }
    }
}
