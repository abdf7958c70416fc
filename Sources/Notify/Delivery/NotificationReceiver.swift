public import Base
public import Outbound

/// A notification on its way to a receiver.
public struct OutgoingNotification: Sendable, Equatable {
    /// Names it for ever.
    public let key: String
    /// What is told, as it is sent.
    public let payload: String
    /// The same, read.
    public let body: NotificationBody
    /// When it was decided.
    public let madeAt: WallTime

    /// A notification as it was stored; nil when it cannot be read.
    public init?(key: String, payload: String, madeAt: WallTime) {
        guard let body = NotificationBody(json: payload) else { return nil }
        (self.key, self.payload, self.body, self.madeAt) = (key, payload, body, madeAt)
    }

    /// A test: nothing was seen.
    public static func test(key: String, at now: WallTime) -> OutgoingNotification? {
        let announcement = Announcement(
            kind: .test, incidentID: 0, start: now, end: now, isOpen: false, cameras: [], sources: [], eventIDs: [],
            occurrence: nil, heldBack: 0)
        let body = NotificationBody(announcement, id: key, madeAt: now)
        return OutgoingNotification(key: key, payload: body.json, madeAt: now)
    }
}

/// Somebody who is told of events.
public protocol NotificationReceiver: Sendable {
    /// `webhook`, `mqtt` or `email`.
    var name: String { get }
    /// What it is told, and when.
    var policy: NotificationPolicy { get }
    /// Delivers one notification: it was taken when this returns. A second delivery has the same key.
    func deliver(_ notification: OutgoingNotification) async throws(NotifyError)
    /// Events have changed.
    func eventsChanged() async
    /// Does what its connection needs until the calling task is cancelled.
    func attend() async
}

extension NotificationReceiver {
    /// Nothing to do.
    public func eventsChanged() async {}
    /// Nothing to do.
    public func attend() async {}
}

/// Why a receiver did not take a notification. Never carries a secret.
public enum NotifyError: Error, Sendable, Equatable {
    /// The way out failed.
    case outbound(OutboundError)
    /// The MQTT broker cannot be reached, or did not confirm.
    case broker(address: String, why: String, isTransient: Bool)
    /// What was stored cannot be read any more.
    case unreadable(key: String)

    /// Whether the same notification may be taken later.
    public var isTransient: Bool {
        switch self {
        case .outbound(let error): Self.mayPass(error)
        case .broker(_, _, let isTransient): isTransient
        case .unreadable: false
        }
    }

    /// How long the receiver asks to wait.
    public var retryAfter: Duration? {
        if case .outbound(let error) = self { error.retryAfter } else { nil }
    }

    /// Somebody may mend an address, a certificate, a password or a proxy: only what is wrong with the notification
    /// itself is not tried again.
    private static func mayPass(_ error: OutboundError) -> Bool {
        switch error {
        case .refused(_, _, let status, _, _): ![400, 410, 413, 415, 422].contains(status)
        case .mailRefused(_, let code, _): !(550...554).contains(code)
        case .invalid: false
        default: true
        }
    }
}

extension NotifyError: CustomStringConvertible {
    /// One line: what was tried, on what, why it failed, what to do.
    public var description: String {
        switch self {
        case .outbound(let error): error.description
        case .broker(let address, let why, _): "cannot publish to \(address): \(why); check the broker and notify.mqtt"
        case .unreadable(let key): "cannot read the stored notification \(key); it is given up"
        }
    }
}
