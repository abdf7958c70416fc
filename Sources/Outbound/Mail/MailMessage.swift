public import Base
internal import Foundation
internal import Glibc

/// Who a mail is from and goes to, as SMTP is told.
struct MailEnvelope: Sendable, Equatable {
    let from: String
    let to: [String]
}

/// A mail with a text and, if there are any, attachments (RFC 5322, RFC 2045).
public struct MailMessage: Sendable, Equatable {
    /// A file that travels with a mail.
    public struct Attachment: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its MIME type.
        public let type: String
        /// Its contents.
        public let bytes: [UInt8]

        /// Gathers the parts.
        public init(name: String, type: String, bytes: [UInt8]) {
            (self.name, self.type, self.bytes) = (name, type, bytes)
        }
    }

    /// Address of the sender.
    public var from: String
    /// Addresses that it goes to.
    public var to: [String]
    /// One line.
    public var subject: String
    /// The text; lines end with `\n`.
    public var text: String
    /// When it was written.
    public var date: WallTime
    /// Names this mail for ever: the same one sent twice is seen once by receivers that look at it.
    public var identifier: String
    /// The identifier of a mail that this one follows, which puts both into one thread.
    public var follows: String?
    /// What travels with it.
    public var attachments: [Attachment] = []

    /// Gathers the parts.
    public init(
        from: String, to: [String], subject: String, text: String, date: WallTime, identifier: String,
        follows: String? = nil, attachments: [Attachment] = []
    ) {
        (self.from, self.to, self.subject, self.text) = (from, to, subject, text)
        (self.date, self.identifier, self.follows, self.attachments) = (date, identifier, follows, attachments)
    }

    /// Whether `text` is an address that can stand in SMTP and in a header as it is: `name@host`, ASCII, no blanks.
    public static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 254 else { return false }
        return text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"<>()[],;:\\\"".utf8.contains($0) }
    }

    func envelope() throws(OutboundError) -> MailEnvelope {
        guard !to.isEmpty else { throw .invalid(what: "send a mail", why: "it goes to nobody") }
        for address in [from] + to where !Self.isAddress(address) {
            throw .invalid(what: "send a mail", why: "\(printable(address)) is not an address such as name@example.org")
        }
        return MailEnvelope(from: from, to: to)
    }

    /// The mail as it travels; lines end with CR LF.
    var bytes: [UInt8] {
        var lines = [
            "From: <\(from)>", "To: " + to.map { "<\($0)>" }.joined(separator: ",\r\n "),
            "Subject: " + Self.headerText(subject), "Date: " + Self.dateText(date),
            "Message-ID: <\(Self.identifierText(identifier))>",
        ]
        if let follows {
            let first = Self.identifierText(follows)
            lines += ["In-Reply-To: <\(first)>", "References: <\(first)>"]
        }
        lines += ["Auto-Submitted: auto-generated", "MIME-Version: 1.0"]
        if attachments.isEmpty { return Array(((lines + textPart).joined(separator: "\r\n") + "\r\n").utf8) }
        // No line of base64 and none of our plain text begins so (see isPlain).
        let boundary = "=_alertd_\(identifier.utf8.reduce(UInt64(5381)) { ($0 &* 33) ^ UInt64($1) })"
        lines += ["Content-Type: multipart/mixed; boundary=\"\(boundary)\"", "", "--" + boundary] + textPart
        for attachment in attachments {
            lines += [
                "--" + boundary, "Content-Type: \(Self.token(attachment.type))", "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename=\"\(Self.token(attachment.name))\"", "",
                Self.base64(attachment.bytes),
            ]
        }
        return Array((lines + ["--\(boundary)--", ""]).joined(separator: "\r\n").utf8)
    }

    private var textPart: [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let isPlain = lines.allSatisfy { line in
            line.utf8.count <= 900 && line.utf8.allSatisfy { ($0 >= 32 || $0 == 9) && $0 < 127 }
                && !line.hasPrefix("--=_")
        }
        let type = "Content-Type: text/plain; charset=utf-8"
        return isPlain
            ? [type, "Content-Transfer-Encoding: 7bit", "", lines.joined(separator: "\r\n")]
            : [type, "Content-Transfer-Encoding: base64", "", Self.base64(Array(text.utf8))]
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
    }

    /// Plain ASCII as it is, anything else in encoded words of at most 75 characters (RFC 2047).
    static func headerText(_ text: String) -> String {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        if line.utf8.count <= 200, line.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }), !line.contains("=?") { return line }
        var words: [String] = []
        var word: [UInt8] = []
        for scalar in line.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > 42 {
                words.append("=?utf-8?B?\(Data(word).base64EncodedString())?=")
                word = []
            }
            word += bytes
        }
        words.append("=?utf-8?B?\(Data(word).base64EncodedString())?=")
        return words.joined(separator: "\r\n ")
    }

    /// `Thu, 26 Nov 2026 22:20:53 +0000`
    static func dateText(_ date: WallTime) -> String {
        var seconds = time_t(date.microseconds / 1_000_000)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "Thu, 01 Jan 1970 00:00:00 +0000" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let two = { (value: Int32) in (value < 10 ? "0" : "") + String(value) }
        return
            "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) +0000"
    }

    private static func identifierText(_ text: String) -> String {
        token(text) + (text.contains("@") ? "" : "@alertd.invalid")
    }

    private static func token(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.value > 32 && $0.value < 127 && !"<>\"\\".unicodeScalars.contains($0) ? $0 : "_"
                }))
    }
}
