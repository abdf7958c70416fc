public import Base
internal import Crypto
internal import Foundation
public import Outbound

/// Posts each notification to an address.
public struct WebhookReceiver: NotificationReceiver {
    /// Where to, and how.
    public struct Settings: Sendable {
        /// Its path is a secret.
        public var url: String
        /// Signs what is sent; nil signs nothing.
        public var secret: String?
        /// The value of the header `Authorization`.
        public var authorization: String?

        /// Gathers the parts.
        public init(url: String, secret: String? = nil, authorization: String? = nil) {
            (self.url, self.secret, self.authorization) = (url, secret, authorization)
        }
    }

    /// `webhook`.
    public let name = "webhook"
    /// What it is told, and when.
    public let policy: NotificationPolicy
    private let settings: Settings
    private let client: OutboundClient
    private let now: @Sendable () -> WallTime

    /// A webhook; `now` is the clock of the signature.
    public init(
        _ settings: Settings, policy: NotificationPolicy, client: OutboundClient,
        now: @escaping @Sendable () -> WallTime
    ) {
        (self.settings, self.policy, self.client, self.now) = (settings, policy, client, now)
    }

    /// See ``NotificationReceiver``. Any status of 200–299 means that it was taken.
    public func deliver(_ notification: OutgoingNotification) async throws(NotifyError) {
        do throws(OutboundError) {
            try await client.send(request(notification.payload, key: notification.key)).requireSuccess()
        } catch {
            throw .outbound(error)
        }
    }

    func request(_ payload: String, key: String) -> HTTPRequest {
        var request = HTTPRequest(.post, settings.url)
        request.hidesPath = true
        // Whoever writes http:// in the configuration means it.
        request.allowsPlainText = settings.url.lowercased().hasPrefix("http://")
        request.body = Array(payload.utf8)
        request.limits = TransferLimits(connect: .seconds(10), total: .seconds(30), bytes: 1 << 20)
        request.purpose = "notify"
        let timestamp = String(now().microseconds / 1_000_000)
        request.add("Content-Type", "application/json")
        request.add("Idempotency-Key", key)
        request.add("X-Alertd-Id", key)
        request.add("X-Alertd-Timestamp", timestamp)
        if let secret = settings.secret {
            let signature = WebhookSignature.hex(secret: secret, timestamp: timestamp, body: payload)
            request.add("X-Alertd-Signature", "sha256=\(signature)")
        }
        if let authorization = settings.authorization {
            request.add("Authorization", authorization, isSecret: true)
        }
        return request
    }
}

/// HMAC-SHA256 over `TIMESTAMP.BODY`: who knows the secret sees that the body comes from alertd, and when it was sent.
enum WebhookSignature {
    /// The signature, 64 hexadecimal digits.
    static func hex(secret: String, timestamp: String, body: String) -> String {
        let key = SymmetricKey(data: Data(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(timestamp).\(body)".utf8), using: key)
        return code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
