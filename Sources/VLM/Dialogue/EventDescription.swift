import NN

/// What a video-LLM says about an event, in the one form that is asked for.
public struct EventDescription: Sendable, Equatable, Codable {
    /// A few words.
    public let title: String
    /// One or more sentences.
    public let description: String
    /// How grave the model thinks it is: 0 (nothing) to 3. Nothing but shown: what the scorers found stays.
    public let level: Int
    /// People and vehicles seen.
    public let people, vehicles: Int
    /// What was done, in words.
    public let actions: [String]
    /// How sure the model says it is, 0…1.
    public let confidence: Double

    /// The form of the answer.
    package static let schema = OutputSchema.object([
        .init("title", .string(lengths: 1...100)),
        .init("description", .string(lengths: 1...400)),
        .init("level", .choice((0...3).map(String.init))),
        .init("people", .choice((0...99).map(String.init))),
        .init("vehicles", .choice((0...99).map(String.init))),
        .init("actions", .array(.string(lengths: 1...40), counts: 0...4)),
        .init("confidence", .fraction),
    ])

    /// Reads an answer. Throws ``ModelError/invalidText(reason:)`` for one of another form.
    public init(parsing text: String) throws(ModelError) {
        let json: JSONValue
        do { json = try JSONValue(parsing: text.utf8) } catch {
            throw .invalidText(reason: "the answer is no JSON: \(error.description)")
        }
        guard let title = json["title"]?.string, let description = json["description"]?.string,
            let level = json["level"]?.integer, (0...3).contains(level),
            let people = json["people"]?.integer, people >= 0, let vehicles = json["vehicles"]?.integer, vehicles >= 0,
            let actions = json["actions"]?.array?.compactMap(\.string), let confidence = json["confidence"]?.number,
            (0...1).contains(confidence)
        else { throw .invalidText(reason: "the answer lacks a field or has one of another kind") }
        (self.title, self.description, self.level) = (title, description, level)
        (self.people, self.vehicles, self.actions, self.confidence) = (people, vehicles, actions, confidence)
    }
}

/// The sentences of a description while its answer is being written: what of `"description":"…"` is there so far.
package struct DescriptionStream: Sendable {
    private static let opening = Array("\"description\":\"".utf8)
    private var answer: [UInt8] = []
    private var place: Int?
    private var isEscaped = false
    private var isOver = false

    /// Nothing written yet.
    package init() {}

    /// More of the answer; what that adds to the sentences.
    package mutating func append(_ text: String) -> String {
        answer += Array(text.utf8)
        if place == nil, answer.count >= Self.opening.count {
            for start in 0...(answer.count - Self.opening.count)
            where answer[start..<start + Self.opening.count].elementsEqual(Self.opening) {
                place = start + Self.opening.count
                break
            }
        }
        guard var position = place, !isOver else { return "" }
        var sentence: [UInt8] = []
        while position < answer.count, !isOver {
            let byte = answer[position]
            position += 1
            if isEscaped {
                sentence.append(byte == UInt8(ascii: "n") || byte == UInt8(ascii: "t") ? UInt8(ascii: " ") : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isOver = true
            } else {
                sentence.append(byte)
            }
        }
        place = position
        return String(decoding: sentence, as: UTF8.self)
    }
}
