/// A text into which characters are inserted at lines and columns as libyaml counts them.
struct PatchedText {
    private var scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The text with what was inserted so far.
    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Inserts `count` times `mark` before `key`, which must stand at `position`, plain or inside quotation marks;
    /// false when it does not.
    mutating func insert(
        _ mark: Unicode.Scalar, count: Int, before key: String, at position: YAMLTree.Position
    ) -> Bool {
        guard var index = index(of: position) else { return false }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard scalars[index...].starts(with: key.unicodeScalars) else { return false }
        scalars.insert(contentsOf: Array(repeating: mark, count: count), at: index)
        return true
    }

    private func index(of position: YAMLTree.Position) -> Int? {
        var line = 1
        var index = 0
        while line < position.line, index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "\r", index < scalars.count, scalars[index] == "\n" { continue }
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) { line += 1 }
        }
        index += position.column - 1
        return line == position.line && index >= 0 && index < scalars.count ? index : nil
    }
}
