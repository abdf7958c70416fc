import Foundation
import TestSupport

/// A Swift file as the rules see it.
struct SourceFile {
    /// Path from the checkout's root, with `/`.
    let path: String
    let text: String

    /// Lines as written.
    var lines: [String] { text.components(separatedBy: "\n") }

    /// The same lines with comments and the insides of string literals blanked out.
    var codeLines: [String] { SourceText.codeOnly(text).components(separatedBy: "\n") }

    /// `Sources/Store/Pool.swift` → `Store`.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// Modules that the file imports.
    var imports: [String] {
        codeLines.compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            guard words[..<keyword].allSatisfy({ Self.importModifiers.contains($0) }) else { return nil }
            let name = kinds.contains(words[keyword + 1]) ? words.dropFirst(keyword + 2).first : words[keyword + 1]
            return name?.split(separator: ".").first.map(String.init)
        }
    }

    private static let importModifiers: Set = [
        "public", "package", "internal", "fileprivate", "private", "@preconcurrency", "@testable", "@_exported",
        "@_implementationOnly",
    ]
}

/// Reading the checkout, and blanking out what is not code.
enum SourceText {
    /// Every `.swift` file below `folder`, a path from the checkout's root.
    static func swiftFiles(in folder: String) -> [SourceFile] {
        files(in: folder, ending: ".swift")
    }

    /// Every file below `folder` whose name ends in `suffix`, sorted by path.
    static func files(in folder: String, ending suffix: String) -> [SourceFile] {
        let root = Fixtures.root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted().map { name in
            SourceFile(path: folder + "/" + name, text: read(folder + "/" + name))
        }
    }

    /// The text of one file of the checkout; empty when there is none.
    static func read(_ path: String) -> String {
        (try? String(contentsOf: Fixtures.root.appending(path: path), encoding: .utf8)) ?? ""
    }

    /// `text` without the lines that are only a comment.
    static func withoutLineComments(_ text: String) -> String {
        text.components(separatedBy: "\n").filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
            .joined(separator: "\n")
    }

    /// `text` with the characters of comments and string literals replaced by spaces; line breaks stay.
    static func codeOnly(_ text: String) -> String {
        var scanner = CodeScanner(Array(text.utf8))
        return String(decoding: scanner.blanked(), as: UTF8.self)
    }
}

/// Walks once over a file's bytes. Raw strings (`#"…"#`) are understood; code inside `\(…)` counts as string.
private struct CodeScanner {
    private let bytes: [UInt8]
    private var output: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.output = bytes
    }

    mutating func blanked() -> [UInt8] {
        while at < bytes.count {
            if starts("//") {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank(1) }
            } else if starts("/*") {
                skipBlockComment()
            } else if let hashes = stringOpening() {
                skipString(hashes: hashes)
            } else {
                at += 1
            }
        }
        return output
    }

    private func starts(_ mark: String) -> Bool { bytes[at...].starts(with: mark.utf8) }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] != UInt8(ascii: "\n") { output[at] = UInt8(ascii: " ") }
            at += 1
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts("/*") { depth += 1; blank(2) } else if starts("*/") { depth -= 1; blank(2) } else { blank(1) }
        } while at < bytes.count && depth > 0
    }

    /// The number of `#` before a quotation mark that opens here, or nil.
    private func stringOpening() -> Int? {
        var end = at
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - at : nil
    }

    private mutating func skipString(hashes: Int) {
        at += hashes
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        let fence = String(repeating: "#", count: hashes)
        let escape = "\\" + fence
        at += quote.utf8.count
        var depth = 0  // of parentheses inside an interpolation
        while at < bytes.count {
            if depth == 0, starts(quote + fence) { break }
            if depth == 0, starts(escape + "(") {
                depth = 1
                blank(escape.utf8.count + 1)
            } else if depth == 0, starts(escape) {
                blank(escape.utf8.count + 1)
            } else if depth > 0, starts("(") || starts(")") {
                depth += starts("(") ? 1 : -1
                blank(1)
            } else if depth > 0, let inner = stringOpening() {
                skipString(hashes: inner)
            } else {
                blank(1)
            }
        }
        at = min(at + quote.utf8.count + hashes, bytes.count)
    }
}
