/// A text that must never be printed: its description, its dump and its place inside any other dump are `***`.
public struct Secret: Hashable, Sendable {
    /// The text itself, for the one library call that needs it.
    public let revealed: String

    /// Wraps `text`.
    public init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `***`.
    public var description: String { "***" }
    /// `***`.
    public var debugDescription: String { "***" }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
