import Foundation

/// The parts of `Package.swift` that the rules look at, read as text.
struct Manifest {
    /// Declared dependencies of each target.
    let targets: [String: Set<String>]
    /// Names of the packages that come from elsewhere, as the last part of their address.
    let packages: [String]

    init(_ text: String) {
        let code = SourceText.withoutLineComments(text)
        packages = code.captures(ofPattern: #"\.package\(\s*url:\s*"[^"]*/([^"/]+?)(?:\.git)?""#)
        var products: [String: String] = [:]
        for line in code.split(separator: "\n") where line.contains("Target.Dependency.product(") {
            let name = String(line).captures(ofPattern: #"let (\w+) ="#).first
            let product = String(line).captures(ofPattern: #"product\(name: "(\w+)""#).first
            if let name, let product { products[name] = product }
        }
        var targets: [String: Set<String>] = [:]
        for (name, list) in Self.targetLists(code) {
            let quoted = list.captures(ofPattern: #""(\w+)""#)
            let named = list.captures(ofPattern: #"(?:^|[\s,])(\w+)(?=[\s,]|$)"#).compactMap { products[$0] }
            targets[name] = Set(quoted + named)
        }
        self.targets = targets
    }

    /// `room("X", [ … ])`, `tests("X", [ … ])` and `…arget(name: "X", dependencies: [ … ]`.
    private static func targetLists(_ code: String) -> [(name: String, list: String)] {
        let pattern = #"(?:room\(\s*|tests\(\s*|[tT]arget\(\s*name:\s*)"(\w+)",\s*(?:dependencies:\s*)?\[([^\]]*)\]"#
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return [] }
        return expression.matches(in: code, range: NSRange(code.startIndex..., in: code)).compactMap { match in
            guard let name = Range(match.range(at: 1), in: code), let list = Range(match.range(at: 2), in: code) else {
                return nil
            }
            return (String(code[name]), String(code[list]))
        }
    }

    /// Imports of a module that the file's target does not declare as a dependency. The build checks the same, but not
    /// when it finds its plan unchanged.
    func undeclaredImports(_ file: SourceFile) -> [String] {
        let declared = targets[file.target] ?? []
        return file.imports.filter { !declared.contains($0) && !House.system.contains($0) }
            .map { "\(file.path): imports \($0), which Package.swift does not declare for \(file.target)" }
    }

    /// Declared edges that the floors forbid; test targets and TestSupport stand outside the house.
    func floorViolations() -> [String] {
        targets.sorted { $0.key < $1.key }.flatMap { name, dependencies -> [String] in
            if name.hasSuffix("Tests") || name == "TestSupport" { return [] }
            guard let allowed = House.floors[name] else { return ["\(name) has no floor"] }
            return dependencies.subtracting(allowed).sorted().map { "\(name) may not depend on \($0)" }
        }
    }
}
