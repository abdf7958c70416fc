/// A string that equals only itself, scalar by scalar. Swift's `String` also equals every other spelling of the same
/// characters (é as one scalar or as two), which keys and vocabularies have to tell apart.
public struct ScalarString: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The string.
    public let text: String

    /// Wraps `text`.
    public init(_ text: String) { self.text = text }

    /// Wraps a literal.
    public init(stringLiteral text: String) { self.text = text }

    /// The same bytes in UTF-8.
    public static func == (a: ScalarString, b: ScalarString) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    /// Hashes the bytes in UTF-8.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
