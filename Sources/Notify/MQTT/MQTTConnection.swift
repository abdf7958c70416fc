internal import Base
internal import CMosquitto
internal import Glibc

/// A connection to a broker on a thread of its own. A publication is confirmed by the broker when it returns (QoS 1).
actor MQTTConnection {
    /// Seconds between signs of life.
    private static let keepAlive: Int32 = 30
    /// Longest wait for a connection.
    private static let longestConnect = Duration.seconds(5)
    /// Longest wait for the broker's answer.
    private static let longestAnswer = Duration.seconds(10)
    /// One turn of libmosquitto's loop, in milliseconds.
    private static let turn: Int32 = 50
    /// libmosquitto's one-time set-up; a `static let` runs once, on one thread.
    private static let isReady = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawValue

    private let executor = ThreadExecutor(name: "mqtt")
    private let address: MQTTAddress
    private let clientID: String
    private let authorities: String?
    private var client: MQTTClient?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A connection; nothing is opened yet. `authorities` is a file of certificate authorities, nil for the system's.
    init(_ address: MQTTAddress, clientID: String, authorities: String?) {
        (self.address, self.clientID, self.authorities) = (address, clientID, authorities)
    }

    /// Connects if it is not connected; true when it was not. The broker publishes `offline` on the topic `will`, retained,
    /// when the connection is lost.
    func connect(will: String) -> Result<Bool, NotifyError> {
        if client?.isConnected == true { return .success(false) }
        client = nil
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        if let why = TCPProbe.failure(host: address.host, port: address.port, within: Self.longestConnect) {
            return .failure(error(why))
        }
        guard Self.isReady, let opened = MQTTClient(clientID) else {
            return .failure(error("libmosquitto cannot be set up"))
        }
        var code = opened.setWill(will)
        if code == 0, let user = address.user { code = opened.setUser(user, address.password) }
        if code == 0, address.isEncrypted { code = opened.setTLS(authorities) }
        if code == 0 { code = opened.connect(address.host, address.port, Self.keepAlive) }
        guard code == 0 else { return .failure(error(MQTTClient.text(code))) }
        let deadline = ContinuousClock.now + Self.longestAnswer
        while !opened.isConnected {
            if let refusal = opened.refusal { return .failure(error(refusal)) }
            let code = opened.loop(Self.turn)
            guard code == 0 else { return .failure(error(opened.refusal ?? MQTTClient.text(code))) }
            if ContinuousClock.now > deadline || Task.isCancelled {
                return .failure(error("the broker does not answer"))
            }
        }
        client = opened
        return .success(true)
    }

    /// Publishes `payload` and waits until the broker has it.
    func publish(_ payload: String, on topic: String, isRetained: Bool) -> NotifyError? {
        guard let client, client.isConnected else { return error("there is no connection") }
        var message: Int32 = 0
        let code = client.publish(payload, topic, isRetained, &message)
        guard code == 0 else { return lost(code) }
        let deadline = ContinuousClock.now + Self.longestAnswer
        while !client.takeConfirmation(of: message) {
            let code = client.loop(Self.turn)
            guard code == 0 else { return lost(code) }
            if ContinuousClock.now > deadline || Task.isCancelled {
                self.client = nil
                return error("the broker does not confirm")
            }
        }
        return nil
    }

    /// Does what the connection needs for a moment; false when there is none any more.
    func attend() -> Bool {
        guard let client, client.isConnected else { return false }
        guard client.loop(Self.turn) == 0, client.isConnected else {
            self.client = nil
            return false
        }
        return true
    }

    /// Ends the connection; the broker does not publish the will.
    func disconnect() {
        client?.disconnect()
        client = nil
    }

    private func lost(_ code: Int32) -> NotifyError {
        client = nil
        return error(MQTTClient.text(code))
    }

    private func error(_ why: String) -> NotifyError {
        .broker(address: address.printable, why: why, isTransient: true)
    }
}
