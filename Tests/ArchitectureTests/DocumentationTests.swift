import Foundation
import TestSupport
import Testing

@Suite("Documentation", .timeLimit(.minutes(5)))
struct DocumentationTests {
    private let pages = SourceText.files(in: "docs", ending: ".md")

    @Test("every page is linked from docs/README.md")
    func map() {
        let map = SourceText.read("docs/README.md")
        let unlinked = { (paths: [String], map: String) in
            paths.filter { $0 != "docs/README.md" && !map.contains("(" + $0.dropFirst("docs/".count) + ")") }
        }
        #expect(unlinked(["docs/guide/lost.md"], map) == ["docs/guide/lost.md"])
        #expect(pages.count > 5)
        // What is below docs/docc is pages of the site that `make docs` writes.
        #expect(unlinked(pages.map(\.path).filter { !$0.hasPrefix("docs/docc/") }, map) == [])
    }

    @Test("every link to a file of this repository leads somewhere")
    func links() {
        let bad = SourceFile(path: "docs/guide/a.md", text: "[x](../nowhere.md#y) [z](https://example.org/w.md)")
        #expect(deadLinks(bad) == ["docs/guide/a.md: ../nowhere.md"])
        let top = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
            .map { SourceFile(path: $0, text: SourceText.read($0)) }
        #expect((pages + top).flatMap(deadLinks) == [])
    }

    @Test("the change log has an Unreleased section")
    func changeLog() {
        let hasSection = { (text: String) in text.contains("\n## Unreleased\n") }
        #expect(!hasSection("# Change log\n\n## 1.0\n"))
        #expect(hasSection(SourceText.read("CHANGELOG.md")))
    }

    @Test("every verb the README names exists in the Makefile, and the header lists every verb")
    func verbs() {
        let makefile = SourceText.read("Makefile")
        let readme = SourceText.read("README.md")
        #expect(unknownVerbs(in: "```\nmake tea\n```", makefile) == ["tea"])
        #expect(readme.contains("make demo") && readme.contains("make test"))
        #expect(unknownVerbs(in: readme, makefile) == [])
        let listed = makefile.captures(ofPattern: #"^#   make (\w+) "#)
        #expect(Set(listed) == Set(phonyTargets(makefile)).subtracting(["help"]))
    }

    @Test("the licence is there")
    func licence() {
        #expect(SourceText.read("LICENSE").contains("Apache License"))
    }

    private func deadLinks(_ page: SourceFile) -> [String] {
        let folder = Fixtures.root.appending(path: page.path).deletingLastPathComponent()
        return page.text.captures(ofPattern: #"\]\(([^)#\s]+)[^)]*\)"#).filter { link in
            if link.contains("://") || link.hasPrefix("mailto:") { return false }
            return !FileManager.default.fileExists(atPath: folder.appending(path: link).standardizedFileURL.path)
        }.map { "\(page.path): \($0)" }
    }

    private func phonyTargets(_ makefile: String) -> [String] {
        let line = makefile.captures(ofPattern: #"^\.PHONY:(.*)$"#).first ?? ""
        return line.split(separator: " ").map(String.init)
    }

    private func unknownVerbs(in page: String, _ makefile: String) -> [String] {
        let named =
            page.captures(ofPattern: #"^(?:\$ )?(?:\w+=\w+ )*make (\w+)"#) + page.captures(ofPattern: #"`make (\w+)`"#)
        return Set(named).subtracting(phonyTargets(makefile)).sorted()
    }
}
