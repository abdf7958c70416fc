import Base
import Foundation
import Notify
import Outbound
import Store
import TestSupport
import Testing

@Suite("Notifications reach their receivers once", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct DeliveryTests {
    private let client = OutboundClient(NetworkSettings(environment: [:]))
    private let policy = NotificationPolicy(alertsPerHour: 1000, updateEvery: 0)

    private func webhook(_ server: ScriptedServer, _ page: String = "hook/s3cret", secret: String? = nil)
        -> WebhookReceiver
    {
        WebhookReceiver(
            .init(url: "http://127.0.0.1:\(server.port)/\(page)", secret: secret, authorization: "Bearer t0ken"),
            policy: policy, client: client, now: { WallTime(Date()) })
    }

    /// What arrived, by identifier, first arrival first; two arrivals of one identifier must be the same.
    private func distinct(_ bodies: [String]) throws -> [NotificationBody] {
        var seen: [String: String] = [:]
        var order: [NotificationBody] = []
        for text in bodies {
            let body = try #require(NotificationBody(json: text), "\(text)")
            if let earlier = seen.updateValue(text, forKey: body.id) {
                #expect(earlier == text)
            } else {
                order.append(body)
            }
        }
        return order
    }

    @Test("a webhook that was away gets everything once, in order, signed")
    func webhookOutage() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        try await site.notifying([webhook(server, secret: "a shared secret")]) {
            try await site.write("first", query: "first", at: -5000, to: -4999)
            try await eventually { !server.journal.isEmpty }
            server.kill()
            for index in 0..<20 {
                try await site.write(
                    "\(index)", query: "q\(index)", at: Double(-4000 + index * 100), to: Double(-3999 + index * 100))
            }
            // Long enough for many vain tries.
            try await eventually { (try await site.store.nextNotification(for: "webhook"))?.tries ?? 0 >= 5 }
            #expect(try await site.store.receivers().first?.failingSince != nil)
            try server.restart()
            try await site.settle()
        }
        let told = try distinct(server.bodies().map { String(decoding: $0, as: UTF8.self) })
        #expect(told.map { $0.incident.sources } == [["first"]] + (0..<20).map { ["q\($0)"] })
        #expect(told.allSatisfy { $0.kind == .alert })
        let standing = try #require(try await site.store.receivers().first)
        #expect(standing.delivered == 21 && standing.failingSince == nil && standing.givenUp == 0)
        for entry in server.journal { try checkSignature(entry, secret: "a shared secret") }
        await site.store.close()
    }

    /// As the guide tells receivers to check it, by another implementation.
    private func checkSignature(_ entry: [String: Any], secret: String) throws {
        let headers = try #require(entry["headers"] as? [String: String])
        let body = try #require((entry["body"] as? String).flatMap { Data(base64Encoded: $0) })
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["dgst", "-sha256", "-hmac", secret, "-r"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let timestamp = try #require(headers["x-alertd-timestamp"])
        try input.fileHandleForWriting.write(contentsOf: Data("\(timestamp).".utf8) + body)
        try input.fileHandleForWriting.close()
        let digest = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).prefix(64)
        process.waitUntilExit()
        #expect(headers["x-alertd-signature"] == "sha256=\(digest)")
        #expect(headers["authorization"] == "Bearer t0ken" && headers["content-type"] == "application/json")
        #expect(headers["x-alertd-id"] == headers["idempotency-key"])
        #expect(abs((Double(timestamp) ?? 0) - (entry["at"] as? Double ?? 0)) < 30)
    }

    @Test("what a notifier had decided and not delivered when it ended is delivered by the next")
    func restart() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        server.kill()
        try await site.notifying([webhook(server)]) {
            try await site.write("one", query: "one", at: -500, to: -499)
            try await eventually { try await site.store.receivers().first?.waiting == 1 }
        }
        // Nobody looks while this one is written.
        try await site.write("two", query: "two", at: -300, to: -299)
        try server.restart()
        try await site.notifying([webhook(server)]) { try await site.settle() }
        let told = try distinct(server.bodies().map { String(decoding: $0, as: UTF8.self) })
        #expect(told.map { $0.incident.sources } == [["one"], ["two"]])
        await site.store.close()
    }

    @Test("a new receiver is told what happens from now on, and one that was removed is forgotten")
    func membership() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        try await site.write("before", query: "before", at: -900, to: -899)
        try await site.notifying([webhook(server)]) {
            try await site.write("during", query: "during", at: -700, to: -699)
            try await site.settle()
        }
        try await site.notifying([]) {}
        try await site.write("between", query: "between", at: -500, to: -499)
        try await site.notifying([webhook(server)]) {
            try await site.write("after", query: "after", at: -300, to: -299)
            try await site.settle()
        }
        let told = try distinct(server.bodies().map { String(decoding: $0, as: UTF8.self) })
        #expect(told.map { $0.incident.sources } == [["during"], ["after"]])
        await site.store.close()
    }

    @Test("late words are an update of the same incident")
    func lateWords() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        try await site.notifying([webhook(server)]) {
            try await site.write("a/1", query: "climbing", at: -60)
            try await eventually { server.journal.count == 1 }
            try await site.write("a/2", query: "climbing", at: -60, to: -50, words: "a person climbs over the fence")
            try await site.settle()
            try await eventually { server.journal.count >= 2 }
        }
        let told = try distinct(server.bodies().map { String(decoding: $0, as: UTF8.self) })
        #expect(told.map(\.kind) == [.alert, .end] || told.map(\.kind) == [.alert, .update, .end])
        #expect(Set(told.map(\.incident.id)).count == 1)
        #expect(told.last?.text.contains("a person climbs over the fence") == true)
        await site.store.close()
    }

    @Test("what a receiver refuses for good, or for too long, is given up and named; the next one goes on")
    func deadLetters() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        try await site.notifying([webhook(server, "status?code=422&first=1")]) {
            try await site.write("one", query: "one", at: -500, to: -499)
            try await site.write("two", query: "two", at: -300, to: -299)
            try await site.settle()
        }
        var dead = try await site.store.givenUpNotifications()
        #expect(dead.map(\.receiver) == ["webhook"] && dead.first?.payload.contains("one") == true)
        #expect(dead.first?.problem?.contains("422") == true && dead.first?.problem?.contains("status?") == false)
        #expect(server.journal.count == 2)

        var impatient = NotifySite.schedule
        impatient.giveUpAfter = .milliseconds(300)
        try await site.notifying([webhook(server, "status?code=503")], schedule: impatient) {
            try await site.write("three", query: "three", at: -100, to: -99)
            try await eventually { try await site.store.givenUpNotifications().count == 2 }
        }
        dead = try await site.store.givenUpNotifications()
        #expect(dead.first?.tries ?? 0 > 1)
        await site.store.close()
    }

    @Test("of two daemons on one database only one tells, and the other takes over")
    func twoDaemons() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        try await site.notifying([webhook(server)], as: "one") {
            try await eventually { try await site.store.holdReceiver("webhook", for: "two", .seconds(1)) == nil }
            try await site.notifying([webhook(server)], as: "two") {
                for index in 0..<10 {
                    try await site.write(
                        "\(index)", query: "q\(index)", at: Double(-4000 + index * 100), to: Double(-3999 + index * 100)
                    )
                }
                try await site.settle()
            }
        }
        #expect(server.journal.count == 10)
        let script = "UPDATE alertd.notify_receiver SET held_until = '-infinity'"
        try TemporaryPostgres.server().psql(script, on: site.url)
        try await site.notifying([webhook(server)], as: "two") {
            try await site.write("last", query: "last", at: -10, to: -9)
            try await site.settle()
        }
        #expect(server.journal.count == 11)
        await site.store.close()
    }

    @Test("a mail server that was away gets every alert once, with a picture, and no updates")
    func mailOutage() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.mail(["busy": "1"])
        let email = EmailReceiver(
            .init(
                server: MailServer("smtp://127.0.0.1:\(server.port)"), from: "alertd@example.org",
                to: ["guard@example.org"]),
            policy: policy, client: client, pictures: { _ in [0xFF, 0xD8, 0xFF, 0xD9] })
        server.kill()
        try await site.notifying([email]) {
            for index in 0..<5 {
                try await site.write("\(index)", query: "q\(index)", at: Double(-4000 + index * 100))
                try await site.write(
                    "\(index)/end", query: "q\(index)", at: Double(-4000 + index * 100), to: Double(-3990 + index * 100)
                )
            }
            try await eventually { (try await site.store.nextNotification(for: "email"))?.tries ?? 0 >= 3 }
            try server.restart()
            try await site.settle()
        }
        let mails = server.bodies("bytes").map { String(decoding: $0, as: UTF8.self) }
        #expect(mails.count == 5)
        for (index, mail) in mails.enumerated() {
            #expect(mail.contains("Subject: gate: q\(index)") && mail.contains("event-"))
            #expect(mail.contains(Data([0xFF, 0xD8, 0xFF, 0xD9] as [UInt8]).base64EncodedString()))
        }
        await site.store.close()
    }

    @Test("what is erased is not told any more")
    func erasure() async throws {
        let site = try await NotifySite()
        let server = try ScriptedServer.web()
        server.kill()
        try await site.notifying([webhook(server)]) {
            try await site.write("one", query: "one", at: -500, to: -499)
            try await eventually { try await site.store.receivers().first?.waiting == 1 }
            let now = WallTime(Date())
            let span = TimeSpan(start: now.advanced(bySeconds: -600), end: now.advanced(bySeconds: -400))
            _ = try await site.store.erase(camera: try #require(CameraID("gate")), during: span)
            try server.restart()
            try await site.settle()
        }
        #expect(server.journal.isEmpty)
        await site.store.close()
    }
}
