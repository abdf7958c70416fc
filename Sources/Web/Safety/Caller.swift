internal import Store

/// Who asks, and what that allows.
struct Caller: Sendable, Equatable {
    /// The token's name; nil for a program on this machine while there are no tokens.
    let name: String?
    let scope: AccessTokenRecord.Scope
    /// The cameras that are shown; nil means all.
    let cameras: [String]?

    /// A program on this machine, while there are no tokens.
    static let local = Caller(name: nil, scope: .admin, cameras: nil)

    /// Whoever shows that token.
    init(_ token: AccessTokenRecord) { self.init(name: token.name, scope: token.scope, cameras: token.cameras) }

    init(name: String?, scope: AccessTokenRecord.Scope, cameras: [String]?) {
        (self.name, self.scope, self.cameras) = (name, scope, cameras)
    }

    /// Whether that camera's footage and events are shown.
    func maySee(_ camera: String) -> Bool { cameras?.contains(camera) ?? true }
}
