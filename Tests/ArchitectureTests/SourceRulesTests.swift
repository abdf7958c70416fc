import Testing

/// Every rule is first shown to fail on a bad sample, then applied to the sources.
@Suite("Rules for the sources", .timeLimit(.minutes(5)))
struct SourceRulesTests {
    private let sources = SourceText.swiftFiles(in: "Sources")

    private func sample(_ text: String, path: String = "Sources/VLM/Sample.swift") -> SourceFile {
        SourceFile(path: path, text: text)
    }

    @Test("the sources are found")
    func found() {
        #expect(sources.count > 10)
        #expect(sources.contains { $0.path == "Sources/Base/TimeSpan.swift" })
    }

    @Test("comments and strings are not code")
    func codeOnly() {
        let text = """
            let a = "x! \\(b["k"] ?? "try!") \\" y!" // try! z
            /* Task { /* nested! */ } */ let c = #"raw " try! "#; let d = e!
            """
        let code = SourceText.codeOnly(text)
        #expect(!code.contains("try!") && !code.contains("Task") && !code.contains("y!"))
        #expect(code.contains("let d = e!"))
        #expect(code.split(separator: "\n").count == 2)
    }

    @Test("imports go strictly down, and C modules stay with their owner")
    func imports() {
        #expect(Rules.imports(sample("internal import Ingest")).count == 1)
        #expect(Rules.imports(sample("import CFFmpeg")).count == 1)
        #expect(Rules.imports(sample("import struct Store.Row")).count == 1)
        #expect(Rules.imports(sample("@preconcurrency public import FoundationNetworking")).count == 1)
        #expect(Rules.imports(sample("import Base\nimport NN\nimport Foundation\n// import Store")).isEmpty)
        #expect(Rules.imports(sample("import Base", path: "Sources/Attic/A.swift")).count == 1)
        #expect(sources.flatMap(Rules.imports) == [])
    }

    @Test("no Swift file is longer than 400 lines")
    func length() {
        #expect(Rules.length(sample(String(repeating: "\n", count: 401))).count == 1)
        #expect(Rules.length(sample(String(repeating: "\n", count: 400))).isEmpty)
        #expect(sources.flatMap(Rules.length) == [])
    }

    @Test(
        "nothing is forced",
        arguments: ["try! f()", "let a = b as! C", "let a = b!", "f()!.g", "var a: B!", "d[1]! + 2"])
    func forced(bad: String) {
        #expect(Rules.force(sample(bad)).count >= 1)
        #expect(Rules.force(sample("if !a, a != b, !f(x) { print(\"!\") } // a!")).isEmpty)
        #expect(sources.flatMap(Rules.force) == [])
    }

    @Test(
        "no task or queue escapes its parent",
        arguments: [
            "Task { await f() }", "Task(priority: .low) { }", "Task.detached { }", "let q = DispatchQueue(label: \"\")",
        ])
    func escapes(bad: String) {
        #expect(Rules.unstructuredConcurrency(sample(bad)).count == 1)
        #expect(Rules.unstructuredConcurrency(sample("try await Task.sleep(for: d); if Task.isCancelled { }")).isEmpty)
        #expect(sources.flatMap(Rules.unstructuredConcurrency) == [])
    }

    @Test("every lock is Base's, whose calls are never inlined into async functions")
    func mutex() {
        #expect(Rules.mutex(sample("private let state = Mutex(State())")).count == 1)
        #expect(Rules.mutex(sample("private let state: Mutex<Int>")).count == 1)
        #expect(Rules.mutex(sample("private let state = Locked(State()) // not a Mutex(…)")).isEmpty)
        #expect(sources.flatMap(Rules.mutex) == [])
    }

    @Test("every unchecked promise has its SAFETY comment")
    func safety() {
        #expect(Rules.unexplainedUnsafety(sample("final class A: @unchecked Sendable {}")).count == 1)
        #expect(Rules.unexplainedUnsafety(sample("// SAFETY: x\n\nnonisolated(unsafe) var a = 1")).count == 1)
        #expect(
            Rules.unexplainedUnsafety(sample("// SAFETY: x\n// y\n@frozen\nstruct A: @unchecked Sendable {}")).isEmpty)
        #expect(sources.flatMap(Rules.unexplainedUnsafety) == [])
    }

    @Test(
        "no type or file has a vague name",
        arguments: ["struct CameraManager {}", "enum StringUtils {}", "class Helper {}"])
    func names(bad: String) {
        #expect(Rules.vagueNames(sample(bad)).count == 1)
        #expect(Rules.vagueNames(sample("", path: "Sources/VLM/TensorHelpers.swift")).count == 1)
        #expect(Rules.vagueNames(sample("let files = FileManager.default")).isEmpty)
        #expect(sources.flatMap(Rules.vagueNames) == [])
    }
}
