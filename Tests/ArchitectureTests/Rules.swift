import Foundation

/// What is forbidden in `Sources`. Each rule is a function from a file to its violations, so that a test can show on a
/// small bad sample that the rule is able to fail.
enum Rules {
    /// Longest Swift file.
    static let lineLimit = 400

    /// Imports that do not go strictly down, and C modules outside their owner.
    static func imports(_ file: SourceFile) -> [String] {
        guard let allowed = House.floors[file.target] else {
            return ["\(file.path): target \(file.target) has no floor in Tests/ArchitectureTests/House.swift"]
        }
        return file.imports.compactMap { module in
            if let owner = House.owners[module], owner != file.target {
                return "\(file.path): imports \(module), which only \(owner) may"
            }
            if allowed.contains(module) || House.system.contains(module) { return nil }
            return "\(file.path): imports \(module), which is not below \(file.target)"
        }
    }

    /// Files that are too long to read in one go.
    static func length(_ file: SourceFile) -> [String] {
        let count = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
        if count <= lineLimit || House.longFiles[file.path] != nil { return [] }
        return ["\(file.path): \(count) lines, \(lineLimit) are allowed"]
    }

    /// `try!`, `as!` and force unwraps: bad data must not stop the daemon.
    static func force(_ file: SourceFile) -> [String] {
        if House.unwraps[file.path] != nil { return [] }
        return matches(
            in: file,
            [
                (#"\btry!"#, "try!"), (#"\bas!"#, "as!"), (#"[\w\)\]\}"?>]!(?![=])"#, "a force unwrap"),
            ])
    }

    /// The standard library's mutex outside ``Locked``, which says why.
    static func mutex(_ file: SourceFile) -> [String] {
        if file.path == "Sources/Base/Locked.swift" { return [] }
        return matches(in: file, [(#"\bMutex\s*[<(]"#, "Mutex (use Base's Locked)")])
    }

    /// Tasks and queues that nothing waits for or cancels.
    static func unstructuredConcurrency(_ file: SourceFile) -> [String] {
        if House.unstructured[file.path] != nil { return [] }
        return matches(
            in: file,
            [
                (#"\bTask\.detached\b"#, "Task.detached"), (#"\bTask\s*(\([^)]*\)\s*)?\{"#, "Task { }"),
                (#"\bDispatchQueue\b"#, "DispatchQueue"),
            ])
    }

    /// Promises to the compiler without a `// SAFETY:` comment right above them.
    static func unexplainedUnsafety(_ file: SourceFile) -> [String] {
        let lines = file.lines
        return file.codeLines.enumerated().compactMap { index, code in
            guard code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)") else { return nil }
            let above = lines[..<index].reversed().prefix { line in
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                return trimmed.hasPrefix("//") || trimmed.hasPrefix("@")
            }
            if above.contains(where: { $0.contains("// SAFETY:") }) { return nil }
            return "\(file.path):\(index + 1): unchecked, without a SAFETY comment above"
        }
    }

    /// Names that say nothing about what a thing does.
    static func vagueNames(_ file: SourceFile) -> [String] {
        let vague = #"(Manager|Helpers?|Utils?|Utility|Utilities)"#
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        let inName = name.firstMatch(ofPattern: vague + #"(\+\w+)?\.swift$"#).map { _ in
            "\(file.path): a vague file name"
        }
        let declaration = #"\b(class|struct|enum|actor|protocol|typealias)\s+\w*"# + vague + #"\b"#
        return matches(in: file, [(declaration, "a vague type name")]) + (inName.map { [$0] } ?? [])
    }

    private static func matches(in file: SourceFile, _ patterns: [(pattern: String, what: String)]) -> [String] {
        file.codeLines.enumerated().flatMap { index, line in
            patterns.filter { line.firstMatch(ofPattern: $0.pattern) != nil }
                .map { "\(file.path):\(index + 1): \($0.what)" }
        }
    }
}

extension String {
    /// The first place where the regular expression `pattern` matches.
    func firstMatch(ofPattern pattern: String) -> Range<String.Index>? {
        range(of: pattern, options: .regularExpression)
    }

    /// The first capture group of every match of `pattern`.
    func captures(ofPattern pattern: String) -> [String] {
        guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return []
        }
        return expression.matches(in: self, range: NSRange(startIndex..., in: self)).compactMap { match in
            Range(match.range(at: 1), in: self).map { String(self[$0]) }
        }
    }
}
