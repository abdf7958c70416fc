internal import CMosquitto
internal import Glibc

/// libmosquitto's handle and what its callbacks have told. Used on one thread.
final class MQTTClient {
    private let handle: OpaquePointer
    private let replies: Replies

    /// What libmosquitto told, on the thread that called its loop.
    private final class Replies {
        var isConnected = false
        var refusal: String?
        var confirmed: Set<Int32> = []
    }

    init?(_ id: String) {
        let replies = Replies()
        guard let handle = mosquitto_new(id, true, Unmanaged.passUnretained(replies).toOpaque()) else { return nil }
        (self.handle, self.replies) = (handle, replies)
        mosquitto_connect_callback_set(handle) { _, context, code in
            guard let context else { return }
            let replies = Unmanaged<Replies>.fromOpaque(context).takeUnretainedValue()
            replies.isConnected = code == 0
            if code != 0 { replies.refusal = String(cString: mosquitto_connack_string(code)) }
        }
        mosquitto_disconnect_callback_set(handle) { _, context, _ in
            guard let context else { return }
            Unmanaged<Replies>.fromOpaque(context).takeUnretainedValue().isConnected = false
        }
        mosquitto_publish_callback_set(handle) { _, context, message in
            guard let context else { return }
            Unmanaged<Replies>.fromOpaque(context).takeUnretainedValue().confirmed.insert(message)
        }
    }

    deinit { mosquitto_destroy(handle) }

    /// Whether the broker has accepted the connection and not ended it.
    var isConnected: Bool { replies.isConnected }

    /// Why the broker refused.
    var refusal: String? { replies.refusal }

    func setWill(_ topic: String) -> Int32 {
        let payload = Array("offline".utf8)
        return mosquitto_will_set(handle, topic, Int32(payload.count), payload, 1, true)
    }

    func setUser(_ user: String, _ password: String?) -> Int32 { mosquitto_username_pw_set(handle, user, password) }

    func setTLS(_ authorities: String?) -> Int32 {
        authorities.map { mosquitto_tls_set(handle, $0, nil, nil, nil, nil) }
            ?? mosquitto_tls_set(handle, nil, "/etc/ssl/certs", nil, nil, nil)
    }

    func connect(_ host: String, _ port: Int32, _ keepAlive: Int32) -> Int32 {
        mosquitto_connect(handle, host, port, keepAlive)
    }

    /// Reads and writes what is due, waiting at most `milliseconds` for the broker.
    func loop(_ milliseconds: Int32) -> Int32 { mosquitto_loop(handle, milliseconds, 1) }

    func publish(_ payload: String, _ topic: String, _ isRetained: Bool, _ message: inout Int32) -> Int32 {
        let bytes = Array(payload.utf8)
        return mosquitto_publish(handle, &message, topic, Int32(bytes.count), bytes, 1, isRetained)
    }

    /// Whether the broker has confirmed a message; asked again, no.
    func takeConfirmation(of message: Int32) -> Bool { replies.confirmed.remove(message) != nil }

    func disconnect() {
        _ = mosquitto_disconnect(handle)
        _ = loop(50)
    }

    /// libmosquitto's words for a code.
    static func text(_ code: Int32) -> String {
        // The system's own words say more: refused, unreachable, timed out.
        code == MOSQ_ERR_ERRNO.rawValue ? String(cString: strerror(errno)) : String(cString: mosquitto_strerror(code))
    }
}
