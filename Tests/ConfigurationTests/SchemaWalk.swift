import Foundation
import Yams

/// As much of JSON Schema (draft 2020-12) as the configuration's schema uses, applied to a YAML tree.
struct SchemaWalk {
    private let name: String

    init(_ name: String) { self.name = name }

    /// The places of `node` that break `schema`, each with the keyword.
    func violations(_ node: Node, _ schema: [String: Any], at path: String = "") -> [String] {
        if node.tag.description.hasSuffix(":null") { return [] }  // an empty section, which editors do not see
        var found = type(node, schema["type"] as? String) ? [] : ["\(path): type"]
        switch node {
        case .mapping(let mapping): found += object(mapping, schema, path)
        case .sequence(let sequence): found += array(sequence, schema, path)
        case .scalar(let scalar): found += self.scalar(scalar, schema, path)
        case .alias: found.append("\(path): alias")
        }
        return found
    }

    private func type(_ node: Node, _ type: String?) -> Bool {
        let tag = node.tag.description.split(separator: ":").last.map(String.init) ?? ""
        switch type {
        case nil: return true
        case "object": return node.mapping != nil
        case "array": return node.sequence != nil
        case "string": return node.scalar != nil && ["str", "timestamp"].contains(tag)
        case "boolean": return tag == "bool"
        case "integer": return tag == "int"
        case "number": return tag == "int" || tag == "float" || (node.scalar?.style == .plain && node.float != nil)
        default: return false
        }
    }

    private func object(_ mapping: Node.Mapping, _ schema: [String: Any], _ path: String) -> [String] {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let names = (schema["propertyNames"] as? [String: Any])?["pattern"] as? String
        let keys = mapping.compactMap { $0.key.scalar?.string }
        var found = (schema["required"] as? [String] ?? []).filter { !keys.contains($0) }.map { "\(path): no \($0)" }
        for (key, value) in mapping {
            guard let key = key.scalar?.string else { return found + ["\(path): key"] }
            if let names, !matches(key, names) { found.append("\(path).\(key): name") }
            if let property = properties[key] {
                found += violations(value, property, at: "\(path).\(key)")
            } else if let other = schema["additionalProperties"] as? [String: Any] {
                found += violations(value, other, at: "\(path).\(key)")
            } else {
                found.append("\(path).\(key): unknown")
            }
        }
        return found
    }

    private func array(_ sequence: Node.Sequence, _ schema: [String: Any], _ path: String) -> [String] {
        var found: [String] = []
        if let least = schema["minItems"] as? Int, sequence.count < least { found.append("\(path): minItems") }
        if let most = schema["maxItems"] as? Int, sequence.count > most { found.append("\(path): maxItems") }
        let items = schema["items"] as? [String: Any] ?? [:]
        return found + sequence.enumerated().flatMap { violations($1, items, at: "\(path)[\($0)]") }
    }

    private func scalar(_ scalar: Node.Scalar, _ schema: [String: Any], _ path: String) -> [String] {
        var found: [String] = []
        if let words = schema["enum"] as? [String], !words.contains(scalar.string) { found.append("\(path): enum") }
        if let pattern = schema["pattern"] as? String, !matches(scalar.string, pattern) {
            found.append("\(path): pattern")
        }
        if let least = schema["minLength"] as? Int, scalar.string.count < least { found.append("\(path): minLength") }
        if let value = Double(scalar.string) {
            if let least = schema["minimum"] as? Double, value < least { found.append("\(path): minimum") }
            if let most = schema["maximum"] as? Double, value > most { found.append("\(path): maximum") }
        }
        return found
    }

    private func matches(_ text: String, _ pattern: String) -> Bool {
        text.range(of: pattern, options: .regularExpression) != nil
    }
}
