// What a tokenizer finds in a text before its model sees it: start, end and other marks.

/// A token that is found in the text as it stands and never merged.
struct AddedToken: Sendable, Equatable {
    var text: String
    var id: Int
    /// Takes the white space before or after it along (`lstrip`, `rstrip`).
    var takesSpaceBefore = false
    var takesSpaceAfter = false
    /// Only where no word character stands beside it (`single_word`).
    var isWholeWord = false
    /// Looked for in the normalized text rather than in the text as given (`normalized`).
    var isNormalized = false
    /// Marks structure; decoders leave it out (`special`).
    var isSpecial = true
}

/// Added tokens by their beginnings, so that a text is searched in one pass: at each place the longest that fits is taken.
struct AddedTokens: Sendable {
    /// A stretch of a text.
    enum Segment: Equatable {
        case token(Int)
        case text(Range<Int>)
    }

    /// Longest token, in scalars; bounds the work at each place of a text.
    static let maximumLength = 256

    private struct Node: Sendable {
        var children: [Unicode.Scalar: Int] = [:]
        var token: AddedToken?
    }

    private var nodes = [Node()]

    /// A search for `tokens`, as they are written or as their normalized form stands in the text.
    init(_ tokens: [(written: String, token: AddedToken)]) {
        for (written, token) in tokens where !written.isEmpty {
            var node = 0
            for scalar in written.unicodeScalars {
                if let child = nodes[node].children[scalar] {
                    node = child
                } else {
                    nodes[node].children[scalar] = nodes.count
                    node = nodes.count
                    nodes.append(Node())
                }
            }
            nodes[node].token = token
        }
    }

    /// `text` cut at its added tokens.
    func segments(of text: [Unicode.Scalar]) -> [Segment] {
        guard nodes.count > 1 else { return text.isEmpty ? [] : [.text(0..<text.count)] }
        var segments: [Segment] = []
        var (start, position) = (0, 0)
        while position < text.count {
            guard let (token, end) = longest(in: text, at: position) else {
                position += 1
                continue
            }
            var before = position
            if token.takesSpaceBefore {
                while before > start, text[before - 1].properties.isWhitespace { before -= 1 }
            }
            if before > start { segments.append(.text(start..<before)) }
            segments.append(.token(token.id))
            position = end
            if token.takesSpaceAfter {
                while position < text.count, text[position].properties.isWhitespace { position += 1 }
            }
            start = position
        }
        if start < text.count { segments.append(.text(start..<text.count)) }
        return segments
    }

    private func longest(in text: [Unicode.Scalar], at start: Int) -> (token: AddedToken, end: Int)? {
        var (node, end) = (0, start)
        var found: (AddedToken, Int)?
        while end < text.count, let child = nodes[node].children[text[end]] {
            node = child
            end += 1
            if let token = nodes[node].token { found = (token, end) }
        }
        guard let (token, end) = found else { return nil }
        if token.isWholeWord {
            let touches = { (place: Int) in text.indices.contains(place) && text[place].isWordCharacter }
            if touches(start - 1) || touches(end) { return nil }
        }
        return (token, end)
    }
}

extension Unicode.Scalar {
    /// `\w` of a regular expression: letters, marks, decimal digits, connectors.
    fileprivate var isWordCharacter: Bool {
        switch properties.generalCategory {
        case .connectorPunctuation, .decimalNumber, .letterNumber, .nonspacingMark, .spacingMark, .enclosingMark: true
        default: wordKind == .letter || properties.isAlphabetic
        }
    }
}
