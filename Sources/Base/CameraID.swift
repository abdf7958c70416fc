/// The name of a camera: what a person types and what every stored row carries.
///
/// 1–63 characters of `a–z`, `A–Z`, `0–9`, `_`, `-` and `.`, not starting with `-` or `.`, so that a name is also a
/// safe file name and needs no quoting in a shell.
public struct CameraID: Hashable, Sendable, CustomStringConvertible {
    /// The name as typed.
    public let name: String

    /// Accepts `name`, or returns nil when it breaks the rule above.
    public init?(_ name: String) {
        let bytes = Array(name.utf8)
        guard (1...63).contains(bytes.count), let first = bytes.first else { return nil }
        guard first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else { return nil }
        guard bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.name = name
    }

    /// The name as typed.
    public var description: String { name }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
