/// An ``OutputSchema`` as an automaton over bytes: at any point of an answer, which bytes may follow, and how many are needed
/// to its end. Answers are JSON without white space between its tokens.
package struct OutputGrammar: Sendable {
    /// Where an answer stands.
    package struct State: Hashable, Sendable {
        fileprivate var node: Int
        /// Characters of the open string so far.
        fileprivate var length = 0
        fileprivate var character = Character.boundary
    }

    /// What of a string's current character is missing (RFC 3629, section 4).
    fileprivate enum Character: UInt8, Sendable {
        case boundary, one, two, three, afterE0, afterED, afterF0, afterF4, escape

        var missing: Int {
            switch self {
            case .boundary: 0
            case .one, .escape: 1
            case .two, .afterE0, .afterED: 2
            case .three, .afterF0, .afterF4: 3
            }
        }
    }

    private enum Node: Sendable {
        case bytes([(byte: UInt8, next: Int)])
        case string(lengths: ClosedRange<Int>, next: Int)
        case end
    }

    private var nodes: [Node] = [.end]
    /// Fewest bytes from each node to the end.
    private var distances = [0]
    /// Where an answer begins.
    package private(set) var start = State(node: 0)

    /// The answers that fit `schema`, which must be an object.
    package init(_ schema: OutputSchema) throws(ModelError) {
        guard case .object = schema else {
            throw .badConfiguration(file: "output schema", key: "schema", problem: "expected an object")
        }
        guard Self.size(schema) <= Self.sizeLimit else {
            throw .badConfiguration(
                file: "output schema", key: "schema", problem: "its answers may be longer than \(Self.sizeLimit) bytes")
        }
        start = State(node: compile(schema, then: 0))
    }

    private static let sizeLimit = 200_000

    /// About how many nodes a schema takes; lists are written out as often as they may be long.
    private static func size(_ schema: OutputSchema) -> Int {
        switch schema {
        case .object(let properties):
            properties.reduce(2) { min(sizeLimit + 1, $0 + $1.name.utf8.count + 6 + size($1.schema)) }
        case .array(let item, let counts): min(sizeLimit + 1, (size(item) + 2) * max(1, counts.upperBound))
        case .string: 2
        case .choice(let texts): texts.reduce(0) { $0 + $1.utf8.count }
        case .fraction: 400
        }
    }

    /// Whether the answer is complete.
    package func isEnd(_ state: State) -> Bool { state.node == 0 }

    /// Whether a character of the open string is unfinished.
    func isInCharacter(_ state: State) -> Bool { state.character != .boundary }

    /// Fewest bytes to the end.
    package func distance(_ state: State) -> Int {
        guard case .string(let lengths, let next) = nodes[state.node] else { return distances[state.node] }
        let missing = max(0, lengths.lowerBound - state.length - (state.character == .boundary ? 0 : 1))
        return state.character.missing + missing + 1 + distances[next]
    }

    /// How many more characters the open string takes; nil outside strings and within a character.
    package func room(_ state: State) -> Int? {
        guard case .string(let lengths, _) = nodes[state.node], state.character == .boundary,
            state.length >= lengths.lowerBound
        else { return nil }
        return lengths.upperBound - state.length
    }

    /// The number of the open string among all strings.
    package func place(_ state: State) -> Int { state.node }

    /// The state behind `byte`; nil when it may not follow.
    package func advanced(_ state: State, by byte: UInt8) -> State? {
        switch nodes[state.node] {
        case .end: return nil
        case .bytes(let following):
            for (expected, next) in following where expected == byte { return State(node: next) }
            return nil
        case .string(let lengths, let next):
            if state.character == .boundary, byte == UInt8(ascii: "\"") {
                return state.length >= lengths.lowerBound ? State(node: next) : nil
            }
            guard state.character != .boundary || state.length < lengths.upperBound else { return nil }
            return Self.inString(state, byte)
        }
    }

    private static func inString(_ state: State, _ byte: UInt8) -> State? {
        let next: Character?
        switch (state.character, byte) {
        case (.boundary, UInt8(ascii: "\\")): next = .escape
        case (.boundary, 0x20...0x7E): next = .boundary
        case (.boundary, 0xC2...0xDF): next = .one
        case (.boundary, 0xE0): next = .afterE0
        case (.boundary, 0xED): next = .afterED
        case (.boundary, 0xE1...0xEF): next = .two
        case (.boundary, 0xF0): next = .afterF0
        case (.boundary, 0xF4): next = .afterF4
        case (.boundary, 0xF1...0xF3): next = .three
        case (.one, 0x80...0xBF): next = .boundary
        case (.two, 0x80...0xBF), (.afterE0, 0xA0...0xBF), (.afterED, 0x80...0x9F): next = .one
        case (.three, 0x80...0xBF), (.afterF0, 0x90...0xBF), (.afterF4, 0x80...0x8F): next = .two
        case (.escape, UInt8(ascii: "\"")), (.escape, UInt8(ascii: "\\")), (.escape, UInt8(ascii: "/")),
            (.escape, UInt8(ascii: "n")), (.escape, UInt8(ascii: "t")):
            next = .boundary
        default: next = nil
        }
        guard let next else { return nil }
        var result = state
        result.character = next
        if next == .boundary { result.length += 1 }
        return result
    }
}

extension OutputGrammar {
    private mutating func add(_ node: Node) -> Int {
        let distance =
            switch node {
            case .end: 0
            case .bytes(let following): 1 + (following.map { distances[$0.next] }.min() ?? 0)
            case .string(let lengths, let next): lengths.lowerBound + 1 + distances[next]
            }
        nodes.append(node)
        distances.append(distance)
        return nodes.count - 1
    }

    /// The node from which `schema` and then node `next` follow. Written from the end to the beginning.
    private mutating func compile(_ schema: OutputSchema, then next: Int) -> Int {
        switch schema {
        case .object(let properties):
            var node = literal("}", then: next)
            for (index, property) in properties.enumerated().reversed() {
                node = compile(property.schema, then: node)
                node = literal((index == 0 ? "{" : ",") + JSONText.quoted(property.name) + ":", then: node)
            }
            return node
        case .array(let item, let counts):
            return array(item, counts, then: next)
        case .string(let lengths):
            return literal("\"", then: add(.string(lengths: lengths, next: next)))
        case .choice(let texts):
            return choice(texts.map { Array($0.utf8) }, then: next)
        case .fraction:
            let tenths = (1...9).map { "0." + String($0) }
            let texts = ["0", "1"] + tenths + (1...99).map { "0." + ($0 < 10 ? "0" : "") + String($0) }
            return choice(texts.map { Array($0.utf8) }, then: next)
        }
    }

    private mutating func literal(_ text: String, then next: Int) -> Int {
        text.utf8.reversed().reduce(next) { node, byte in add(.bytes([(byte, node)])) }
    }

    private mutating func array(_ item: OutputSchema, _ counts: ClosedRange<Int>, then next: Int) -> Int {
        let close = (UInt8(ascii: "]"), next)
        if counts.upperBound == 0 { return literal("[]", then: next) }
        // Behind the last item that may be, then backwards to the first.
        var node = add(.bytes([close]))
        for count in (1..<counts.upperBound).reversed() {
            let more = (UInt8(ascii: ","), compile(item, then: node))
            node = add(.bytes(count >= counts.lowerBound ? [close, more] : [more]))
        }
        let first = compile(item, then: node)
        guard counts.lowerBound == 0, case .bytes(let following) = nodes[first] else {
            return literal("[", then: first)
        }
        return literal("[", then: add(.bytes([close] + following)))
    }

    /// One of `texts`; where one is the beginning of another, what follows tells them apart.
    private mutating func choice(_ texts: [[UInt8]], then next: Int) -> Int {
        var following: [(byte: UInt8, next: Int)] = []
        for byte in Set(texts.compactMap(\.first)).sorted() {
            let rest = texts.filter { $0.first == byte }.map { Array($0.dropFirst()) }
            let node = rest.allSatisfy(\.isEmpty) ? next : choice(rest, then: next)
            following.append((byte, node))
        }
        if texts.contains(where: \.isEmpty), case .bytes(let behind) = nodes[next] { following += behind }
        return add(.bytes(following))
    }
}
