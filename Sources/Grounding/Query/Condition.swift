/// What has to be seen, and in which order, for a query to hold: scenes that an encoder can be asked for, joined by
/// conditions that alertd itself enforces on their spans.
public indirect enum Condition: Sendable, Equatable {
    /// What a sentence shows.
    case scene(String)
    /// Watched time in which the condition does not hold.
    case absence(Condition)
    /// Both at the same time.
    case both(Condition, Condition)
    /// One or the other.
    case either(Condition, Condition)
    /// The first, during which the second does not hold at all.
    case without(Condition, Condition)
    /// One after the other, each beginning at most `within` seconds after the one before ended.
    case sequence([Condition], within: Double?)
    /// For at least so many seconds.
    case lasting(Condition, atLeast: Double)
    /// For at most so many seconds, seen from beginning to end.
    case brief(Condition, atMost: Double)
    /// So many times, the last beginning at most `within` seconds after the first began.
    case repeated(Condition, times: Int, within: Double?)

    /// The scenes in it, in order of first mention, each once.
    public var scenes: [String] {
        var found: [String] = []
        collect(into: &found)
        return found
    }

    private func collect(into found: inout [String]) {
        switch self {
        case .scene(let text): if !found.contains(text) { found.append(text) }
        case .absence(let inner), .lasting(let inner, _), .brief(let inner, _), .repeated(let inner, _, _):
            inner.collect(into: &found)
        case .both(let first, let second), .either(let first, let second), .without(let first, let second):
            first.collect(into: &found)
            second.collect(into: &found)
        case .sequence(let parts, _): for part in parts { part.collect(into: &found) }
        }
    }
}

extension Condition: CustomStringConvertible {
    /// How alertd understood the sentence, in words, so that a person can check it.
    public var description: String {
        switch self {
        case .scene(let text): "“\(text)”"
        case .absence(let inner): "no \(inner)"
        case .both(let first, let second): "(\(first) while \(second))"
        case .either(let first, let second): "(\(first) or \(second))"
        case .without(let first, let second): "(\(first) without \(second))"
        case .sequence(let parts, let within):
            "(" + parts.map(\.description).joined(separator: ", then ") + Self.limit(within) + ")"
        case .lasting(let inner, let seconds): "\(inner) for at least \(Self.seconds(seconds))"
        case .brief(let inner, let seconds): "\(inner) for at most \(Self.seconds(seconds))"
        case .repeated(let inner, let times, let within): "\(inner) \(times) times\(Self.limit(within))"
        }
    }

    private static func limit(_ within: Double?) -> String { within.map { " within \(seconds($0))" } ?? "" }

    private static func seconds(_ value: Double) -> String {
        value == value.rounded() && value < 1e9 ? "\(Int(value)) s" : "\(value) s"
    }
}
