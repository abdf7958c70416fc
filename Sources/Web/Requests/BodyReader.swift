internal import Base
internal import Foundation

/// A JSON object that came as a body, read by key and type. Every refusal names the key.
struct BodyReader {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(_ name: String) { stringValue = name }
    }

    private struct Object: Decodable {
        let container: KeyedDecodingContainer<Key>
        init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: Key.self) }
    }

    private let container: KeyedDecodingContainer<Key>

    /// Reads `bytes`, which must be an object of `known` keys.
    init(_ bytes: [UInt8], known: [String]) throws(WebError) {
        let object: Object
        do {
            object = try JSONDecoder().decode(Object.self, from: Data(bytes))
        } catch {
            throw .badRequest(parameter: nil, "the body is not a JSON object")
        }
        container = object.container
        for key in container.allKeys where !known.contains(key.stringValue) {
            throw .badRequest(
                parameter: String(key.stringValue.prefix(64)),
                "this key is not known here; there are \(known.joined(separator: ", "))")
        }
    }

    /// Whether `name` is there and not null.
    func has(_ name: String) -> Bool {
        container.contains(Key(name)) && (try? container.decodeNil(forKey: Key(name))) == false
    }

    /// A text that must be there.
    func text(_ name: String) throws(WebError) -> String {
        guard container.contains(Key(name)) else { throw .badRequest(parameter: name, "\(name) is missing") }
        return try decode(name, "a text")
    }

    /// A text, or nil for null and for nothing.
    func optionalText(_ name: String) throws(WebError) -> String? {
        has(name) ? try decode(name, "a text") as String : nil
    }

    /// A number inside `range`; `standard` when it is not there.
    func real(_ name: String, _ range: ClosedRange<Double>, else standard: Double) throws(WebError) -> Double {
        guard container.contains(Key(name)) else { return standard }
        let number: Double = try decode(name, "a number")
        guard range.contains(number) else {
            throw .badRequest(parameter: name, "\(name) must lie in \(range.lowerBound)–\(range.upperBound)")
        }
        return number
    }

    /// Yes or no; `standard` when it is not there.
    func flag(_ name: String, else standard: Bool) throws(WebError) -> Bool {
        container.contains(Key(name)) ? try decode(name, "true or false") : standard
    }

    /// Names of cameras, at most 64, each once; none when it is not there.
    func cameras(_ name: String) throws(WebError) -> [CameraID] {
        guard container.contains(Key(name)) else { return [] }
        let names: [String] = try decode(name, "a list of names")
        let cameras = names.compactMap { CameraID($0) }
        guard names.count <= 64, cameras.count == names.count, Set(names).count == names.count else {
            throw .badRequest(parameter: name, "\(name) must be at most 64 names of cameras, each once")
        }
        return cameras
    }

    /// A name of the alphabet of cameras and queries.
    func optionalName(_ name: String) throws(WebError) -> String? {
        guard let text = try optionalText(name) else { return nil }
        guard CameraID(text) != nil else {
            throw .badRequest(
                parameter: name, "\(name) must be 1 to 63 of A-Z a-z 0-9 _ - ., and begin with neither '-' nor '.'")
        }
        return text
    }

    /// A moment, or nil for null and for nothing.
    func time(_ name: String) throws(WebError) -> WallTime? {
        guard let text = try optionalText(name) else { return nil }
        guard let time = Timestamp.read(text) else {
            throw .badRequest(parameter: name, "\(name) must be a time such as 2026-05-01T12:00:00Z (RFC 3339)")
        }
        return time
    }

    private func decode<Value: Decodable>(_ name: String, _ what: String) throws(WebError) -> Value {
        do {
            return try container.decode(Value.self, forKey: Key(name))
        } catch {
            throw .badRequest(parameter: name, "\(name) must be \(what)")
        }
    }
}
