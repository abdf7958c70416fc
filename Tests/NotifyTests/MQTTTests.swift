import Base
import Foundation
import Notify
import Store
import TestSupport
import Testing

@Suite("MQTT", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct MQTTTests {
    private let policy = NotificationPolicy(alertsPerHour: 1000, updateEvery: 0)

    private func receiver(
        _ broker: MQTTBroker, login: String = "", discovers: Bool = true, _ cameras: @escaping MQTTReceiver.Cameras
    ) throws -> MQTTReceiver {
        try #require(
            MQTTReceiver(
                .init(
                    url: "mqtt://\(login)127.0.0.1:\(broker.port)/site", announcesToHomeAssistant: discovers,
                    clientID: "alertd-test"),
                policy: policy, cameras: cameras))
    }

    private func cameras(_ site: NotifySite) -> MQTTReceiver.Cameras {
        { [store = site.store] in
            guard let open = try? await store.openEvents() else { return nil }
            return [CameraState(camera: "gate", queries: ["climbing"], open: open.map(Occurrence.init))]
        }
    }

    @Test("a broker that was away gets everything once, in order")
    func outage() async throws {
        let site = try await NotifySite()
        let broker = try MQTTBroker()
        let mqtt = try receiver(broker, cameras(site))
        try await site.notifying([mqtt]) {
            try await site.write("first", query: "first", at: -5000, to: -4999)
            try await eventually { broker.messages.contains { $0.topic == "site/notification" } }
            broker.stop()
            for index in 0..<10 {
                try await site.write(
                    "\(index)", query: "q\(index)", at: Double(-4000 + index * 100), to: Double(-3999 + index * 100))
            }
            try await eventually { (try await site.store.nextNotification(for: "mqtt"))?.tries ?? 0 >= 3 }
            try broker.start()
            try await site.settle()
            // The subscriber comes back in its own time; the broker keeps what is for it.
            try await eventually { broker.messages.contains { $0.payload.contains("\"q9\"") } }
        }
        let told = broker.messages.filter { $0.topic == "site/notification" }.compactMap {
            NotificationBody(json: $0.payload)
        }
        var seen: Set<String> = []
        let distinct = told.filter { seen.insert($0.id).inserted }
        #expect(distinct.map { $0.incident.sources } == [["first"]] + (0..<10).map { ["q\($0)"] })
        await site.store.close()
    }

    @Test("the state of a camera is retained, and says what goes on")
    func states() async throws {
        let site = try await NotifySite()
        let broker = try MQTTBroker()
        try await site.notifying([try receiver(broker, cameras(site))]) {
            try await eventually { broker.messages.contains { $0.topic == "site/camera/gate/state" } }
            try await site.write("a/1", query: "climbing", at: -60)
            try await eventually {
                broker.messages.last { $0.topic == "site/camera/gate/state" }?.payload.contains("ON") == true
            }
            let during = try broker.retained("site/#")
            let state = try #require(during["site/camera/gate/state"])
            #expect(
                state.contains("\"incident\":\"ON\"") && state.contains("\"climbing\":\"ON\"")
                    && state.contains("\"blind\":\"OFF\""))
            #expect(during["site/status"] == "online")
            try await site.write("a/2", query: "climbing", at: -60, to: -50)
            try await eventually {
                broker.messages.last { $0.topic == "site/camera/gate/state" }?.payload.contains("ON") == false
            }
            let last = try #require(try broker.retained("site/#")["site/camera/gate/last"])
            #expect(NotificationBody(json: last)?.incident.cameras == ["gate"])
        }
        await site.store.close()
    }

    @Test("Home Assistant is told of every entity, each of which reads the state that is published")
    func discovery() async throws {
        let broker = try MQTTBroker()
        let mqtt = try receiver(broker) { [CameraState(camera: "gate.1", queries: ["climbing"], open: [])] }
        try await attending(mqtt) {
            try await eventually { broker.messages.contains { $0.topic == "site/camera/gate.1/state" } }
        }
        let retained = try broker.retained()
        let configs = retained.filter { $0.key.hasPrefix("homeassistant/") }
        #expect(configs.count == 5)
        var unique: Set<String> = []
        for (topic, text) in configs {
            let config = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            unique.insert(try #require(config["unique_id"] as? String))
            let stateTopic = try #require(config["state_topic"] as? String)
            #expect(
                stateTopic.hasPrefix("site/camera/gate.1/") && config["availability_topic"] as? String == "site/status")
            // The rule of Home Assistant for topics of discovery.
            #expect(
                topic.wholeMatch(of: /homeassistant\/(binary_sensor|sensor)\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config/)
                    != nil)
        }
        #expect(unique.count == 5)
    }

    @Test("Home Assistant is told nothing when that is off")
    func noDiscovery() async throws {
        let broker = try MQTTBroker()
        let mqtt = try receiver(broker, discovers: false) { [CameraState(camera: "gate", queries: [], open: [])] }
        try await attending(mqtt) {
            try await eventually { broker.messages.contains { $0.topic == "site/camera/gate/state" } }
        }
        #expect(try broker.retained().keys.filter { $0.hasPrefix("homeassistant") } == [])
    }

    @Test("the broker says offline when the connection is lost, and alertd does when it leaves")
    func lastWill() async throws {
        let broker = try MQTTBroker()
        // Held by the block alone, so that the connection ends without a word.
        do {
            let lost = try receiver(broker) { [] }
            try await attending(lost) { try await eventually { broker.messages.last?.payload == "online" } }
        }
        try await eventually { broker.messages.last { $0.topic == "site/status" }?.payload == "offline" }
        let leaving = try receiver(broker) { [] }
        try await attending(leaving) { try await eventually { broker.messages.last?.payload == "online" } }
        await leaving.leave()
        try await eventually { broker.messages.last { $0.topic == "site/status" }?.payload == "offline" }
    }

    @Test("a broker that wants a password gets it, and a wrong one is named without being told")
    func password() async throws {
        let broker = try MQTTBroker(user: "alertd", password: "p/w 1")
        let test = try #require(OutgoingNotification.test(key: "k", at: WallTime(microseconds: 0)))
        try await receiver(broker, login: "alertd:p%2Fw%201@") { [] }.deliver(test)
        try await eventually { broker.messages.contains { $0.topic == "site/notification" } }
        let wrong = try receiver(broker, login: "alertd:wr0ng@") { [] }
        let error = await #expect(throws: NotifyError.self) { try await wrong.deliver(test) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("***@127.0.0.1") && !text.contains("wr0ng") && error?.isTransient == true)
    }

    @Test("a broker that takes no connection, or says nothing, can be left at once")
    func silence() async throws {
        let test = try #require(OutgoingNotification.test(key: "k", at: WallTime(microseconds: 0)))
        for manner in [SilentPort.Manner.accepts, .refuses] {
            let port = try SilentPort(manner)
            let silent = try #require(
                MQTTReceiver(.init(url: "mqtt://127.0.0.1:\(port.number)", clientID: "x"), policy: policy) { [] })
            await withTaskGroup(of: NotifyError?.self) { group in
                group.addTask {
                    do throws(NotifyError) {
                        try await silent.deliver(test)
                        return nil
                    } catch {
                        return error
                    }
                }
                if manner == .accepts { try? await ContinuousClock().sleep(for: .milliseconds(200)) }
                if manner == .accepts { group.cancelAll() }
                #expect(await group.next().flatMap { $0 }?.isTransient == true)
            }
        }
    }

    @Test("addresses that cannot begin a topic are refused")
    func addresses() {
        for url in ["", "http://h/a", "mqtt:///a", "mqtt://h/a%23b", "mqtt://h/a/+/b"] {
            #expect(MQTTReceiver(.init(url: url, clientID: "x"), policy: policy) { [] } == nil, "\(url)")
        }
    }

    private func attending(_ receiver: MQTTReceiver, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await receiver.attend() }
            try await body()
            group.cancelAll()
        }
    }
}
