/// A mail server that takes mail for others: a submission port.
public struct MailServer: Sendable {
    /// `smtps://host` (TLS from the first byte, port 465) or `smtp://host:587` (STARTTLS).
    public var url: String
    /// Who sends; nil for a server that asks nobody.
    public var user: String?
    /// Its password.
    public var password: String?
    /// Whether mail, and the password with it, may travel in plain text to another machine that offers no STARTTLS.
    public var allowsPlainText: Bool
    /// Time; the size bounds what the server may say.
    public var limits = TransferLimits(total: .seconds(120))

    /// A server.
    public init(_ url: String, user: String? = nil, password: String? = nil, allowsPlainText: Bool = false) {
        (self.url, self.user, self.password, self.allowsPlainText) = (url, user, password, allowsPlainText)
    }

    func checkedAddress() throws(OutboundError) -> OutboundAddress {
        let what = "send mail through"
        let address = try OutboundAddress(url, hidingPath: false, schemes: ["smtps", "smtp"], what: what)
        if let problem = limits.validate().first { throw .invalid(what: "\(what) \(address.printable)", why: problem) }
        return address
    }
}

extension MailServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The printable address.
    public var description: String { OutboundAddress.shown(url, hidingPath: false) }
    /// See ``description``.
    public var debugDescription: String { description }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
