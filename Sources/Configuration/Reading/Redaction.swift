import Base

/// Texts of the file as they may stand in an error.
enum Redaction {
    /// `text` on one line, without control characters, and without the password of an address.
    static func oneLine(_ text: String) -> String {
        let shown = RedactedURL(text).description
        if shown == text, text.contains("@") { return "***" }
        var view = String.UnicodeScalarView()
        for scalar in shown.unicodeScalars.prefix(200) {
            let isPrintable = scalar.properties.generalCategory != .control && scalar != "\u{2028}"
            view.append(isPrintable ? scalar : "?")
        }
        return String(view)
    }

    /// ` (it is 'text')` for a short text that cannot hold a secret; otherwise nothing.
    static func quoted(_ text: String) -> String {
        let isHarmless =
            text.utf8.count <= 20
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
                    UInt8(ascii: "e"), UInt8(ascii: "E"):
                    true
                default: false
                }
            }
        return isHarmless && !text.isEmpty ? " (it is \(text))" : ""
    }
}
