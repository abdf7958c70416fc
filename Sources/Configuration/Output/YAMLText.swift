/// Scalars as the reader takes them back.
enum YAMLText {
    /// `text` in quotation marks unless it is a plain word that no reader mistakes for something else.
    static func quoted(_ text: String) -> String {
        let isWord =
            text.first?.isLetter == true && !Scalar.isOtherType(text)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
                default: false
                }
            }
        return isWord ? text : JSONText.string(text).compact
    }

    /// `text` so that expansion gives it back: each `${` as `$${`.
    static func escaped(_ text: String) -> String { text.replacing("${", with: "$${") }
}
