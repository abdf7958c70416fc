internal import Yams

extension SectionReader {
    /// The texts of the list under `name`, each accepted by `isAllowed` or refused with `refusal`; nil when the key is absent. A text twice is a
    /// problem.
    func texts(_ name: String, else refusal: Refusal, _ isAllowed: (String) -> Bool) -> [String]? {
        let (full, kind) = (Self.join(path, name), key(name).kind)
        guard let items = list(value(name), at: full, kind) else { return nil }
        var found: [String] = []
        for (index, node) in items.enumerated() {
            guard let scalar = scalar(node, at: "\(full)[\(index)]", kind) else { continue }
            let text = accept(scalar, kind) { scalar throws(Refusal) in
                if !isAllowed(scalar.text) { throw refusal }
                if found.contains(scalar.text) { throw Refusal("the same twice", allowed: "each once") }
                return scalar.text
            }
            if let text { found.append(text) }
        }
        return found
    }

    /// The list of polygons under `name`.
    func polygons(_ name: String) -> [Polygon] {
        let (full, kind) = (Self.join(path, name), key(name).kind)
        return (list(value(name), at: full, kind) ?? []).enumerated().compactMap { index, node in
            polygon(node, at: "\(full)[\(index)]")
        }
    }

    /// The polygons under `name`, by names that the user chose.
    func zones(_ name: String) -> [String: Polygon] {
        let mapping = SectionReader(
            value(name), path: Self.join(path, name), pattern: Self.join(pattern, name), context: context,
            hasChosenNames: true)
        var zones: [String: Polygon] = [:]
        for entry in mapping.validNames() {
            zones[entry.name] = polygon(entry.value, at: Self.join(mapping.path, entry.name))
        }
        return zones
    }

    private func list(_ node: Node?, at path: String, _ kind: ConfigurationKind) -> [Node]? {
        guard let node, context.admits(node, path) else { return nil }
        if Self.isEmptyScalar(node) { return nil }
        guard case .sequence(let sequence) = node else {
            context.report(node, path, "not a list", kind.allowed)
            return nil
        }
        return Array(sequence)
    }

    private static let polygonRule = "at least 3 points [x, y] around an area, x and y from 0 to 1"

    private func polygon(_ node: Node, at path: String) -> Polygon? {
        guard context.admits(node, path) else { return nil }
        guard case .sequence(let sequence) = node, sequence.count <= 10_000 else {
            context.report(node, path, "not a polygon", Self.polygonRule)
            return nil
        }
        if sequence.count < 3 {
            context.report(node, path, "\(sequence.count) points are no area", Self.polygonRule)
            return nil
        }
        let points = sequence.enumerated().compactMap { point($1, at: "\(path)[\($0)]") }
        guard points.count == sequence.count else { return nil }
        let polygon = Polygon(points)
        if polygon == nil { context.report(node, path, "its points lie on one line", Self.polygonRule) }
        return polygon
    }

    private func point(_ node: Node, at path: String) -> Polygon.Point? {
        guard context.admits(node, path) else { return nil }
        guard case .sequence(let pair) = node, pair.count == 2 else {
            context.report(node, path, "not a point", "[x, y], both from 0 to 1")
            return nil
        }
        let kind = ConfigurationKind.number(0...1)
        let values = pair.compactMap { coordinate in
            scalar(coordinate, at: path, kind).flatMap { scalar in
                accept(scalar, kind) { scalar throws(Refusal) in try ScalarRules.number(scalar, in: 0...1) }
            }
        }
        return values.count == 2 ? Polygon.Point(x: values[0], y: values[1]) : nil
    }
}
