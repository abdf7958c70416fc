import Foundation
import Glibc
import TestSupport
import Testing

@Suite("alertd run and its receivers", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct DaemonNotifyTests {
    private static let secret = "a5hared5ecret"

    /// A site without cameras, with every kind of receiver.
    private func site(_ web: ScriptedServer, _ mail: ScriptedServer, _ broker: MQTTBroker) throws -> DaemonSite {
        let site = try DaemonSite()
        try site.configure(
            [],
            rest: """
                notify:
                  webhook: http://127.0.0.1:\(web.port)/hook/t0ken
                  webhook_secret: ${WEBHOOK_SECRET}
                  mqtt: mqtt://127.0.0.1:\(broker.port)/site
                  email: { server: "smtp://127.0.0.1:\(mail.port)", from: alertd@example.org, to: [guard@example.org] }
                  alerts_per_hour: 1000
                  longest_retry_seconds: 0.2
                """)
        return site
    }

    /// An event of a live camera that is over, `age` seconds ago, as the daemon's writer stores it.
    private func write(_ name: String, age: Int, _ site: DaemonSite) throws {
        let script = """
            SELECT alertd.record_event('gate', 'query:\(name)', 'a \(name)', now() - interval '\(age) seconds',
                now() - interval '\(age - 2) seconds', false, 1, 1, 0.9, null, null, null, 'arrival', null, '\(name)')
            """
        _ = try site.rows(script)
    }

    private func identifiers(_ bodies: [Data]) -> [String] {
        bodies.compactMap { (try? JSONSerialization.jsonObject(with: $0) as? [String: Any])?["id"] as? String }
    }

    @Test("receivers that were away, and a daemon that was killed meanwhile: everything arrives once at each")
    func outage() throws {
        let (web, mail, broker) = (try ScriptedServer.web(), try ScriptedServer.mail(), try MQTTBroker())
        let site = try site(web, mail, broker)
        let environment = ["WEBHOOK_SECRET": Self.secret]
        try site.start(environment: environment)
        try site.waitForRow("SELECT count(*) = 3 FROM alertd.notify_receiver WHERE held_until > now()")
        try write("first", age: 9000, site)
        #expect(eventually(20) { !web.journal.isEmpty && !mail.journal.isEmpty })
        web.kill()
        mail.kill()
        broker.stop()
        for index in 0..<6 { try write("q\(index)", age: 8000 - index * 100, site) }
        try site.waitForRow("SELECT count(*) = 3 FROM alertd.notification WHERE tries >= 2")
        site.signal(SIGKILL)
        _ = try site.waitForEnd()
        for index in 6..<10 { try write("q\(index)", age: 8000 - index * 100, site) }
        try site.start(environment: environment)
        try web.restart()
        try mail.restart()
        try broker.start()
        try site.waitForRow(
            "SELECT min(delivered) >= 11 AND (SELECT count(*) FROM alertd.notification) = 0 FROM alertd.notify_receiver",
            seconds: 60)
        #expect(eventually(20) { broker.messages.contains { $0.payload.contains("\"q9\"") } })

        let hooks = identifiers(web.bodies())
        #expect(Set(hooks).count == 11, "\(hooks)")
        let published = broker.messages.filter { $0.topic == "site/notification" }.map { Data($0.payload.utf8) }
        #expect(Set(identifiers(published)).count == 11)
        // A mail names its notification too.
        let mails = mail.bodies("bytes").map { String(decoding: $0, as: UTF8.self) }
        let named = mails.compactMap { $0.firstMatch(of: /Message-ID: <([^@]+)@/).map { String($0.1) } }
        #expect(Set(named).count == 11)
        // What came twice was under way when the daemon was killed: one of each at most.
        #expect(hooks.count <= 12 && named.count <= 12)

        let listed = try AlertdProgram.run(
            ["notify", "list", "--json", "--config", site.configuration], environment: environment)
        #expect(
            listed.status == 0 && listed.output.split(separator: "\n").count == 3, "\(listed.output)\(listed.errors)")
        let (outcome, seconds) = try site.stop()
        #expect(outcome.status == 0 && seconds < 5)
        #expect(eventually(10) { broker.messages.last { $0.topic == "site/status" }?.payload == "offline" })
        for secret in [Self.secret, "t0ken"] { #expect(!outcome.errors.contains(secret)) }
    }

    /// How long receivers are away in ``minute()``.
    private static let away =
        ProcessInfo.processInfo.environment["ALERTD_OUTAGE_SECONDS"].flatMap { Double($0) } ?? 6

    @Test("receivers that are away for a while get everything exactly once; the metrics tell of it meanwhile")
    func minute() throws {
        let (web, mail, broker) = (try ScriptedServer.web(), try ScriptedServer.mail(), try MQTTBroker())
        let site = try site(web, mail, broker)
        try site.start(environment: ["WEBHOOK_SECRET": Self.secret])
        try site.waitForRow("SELECT count(*) = 3 FROM alertd.notify_receiver WHERE held_until > now()")
        try write("before", age: 9000, site)
        try site.waitForRow("SELECT min(delivered) = 1 FROM alertd.notify_receiver")
        web.kill()
        mail.kill()
        broker.stop()
        let (begin, kinds) = (ContinuousClock.now, ["webhook", "mqtt", "email"])
        var count = 1
        while ContinuousClock.now - begin < .seconds(Self.away) {
            try write("q\(count)", age: 8900 - count * 40, site)
            count += 1
            pass(0.5)
        }
        for kind in kinds {
            let label = "{receiver=\"\(kind)\"}"
            let isTold = eventually(15) { (try? site.metric("alertd_notify_waiting" + label)) ?? 0 > 1 }
            #expect(isTold, "\(kind)")
            #expect(try site.metric("alertd_notify_oldest_seconds" + label) ?? 0 > 0)
            #expect(try site.metric("alertd_notify_failed_total" + label) ?? 0 > 0)
        }
        try web.restart()
        try mail.restart()
        try broker.start()
        try site.waitForRow("SELECT min(delivered) = \(count) FROM alertd.notify_receiver", seconds: 60)
        #expect(eventually(20) { broker.messages.contains { $0.payload.contains("\"q\(count - 1)\"") } })
        let hooks = identifiers(web.bodies())
        let published = identifiers(
            broker.messages.filter { $0.topic == "site/notification" }.map { Data($0.payload.utf8) })
        let mails = mail.bodies("bytes").map { String(decoding: $0, as: UTF8.self) }
            .compactMap { $0.firstMatch(of: /Message-ID: <([^@]+)@/).map { String($0.1) } }
        for (kind, arrived) in zip(kinds, [hooks, published, mails]) {
            #expect(arrived.count == count && Set(arrived).count == count, "\(kind): \(arrived.count) of \(count)")
            let label = "{receiver=\"\(kind)\"}"
            #expect(try site.metric("alertd_notify_delivered_total" + label) == Double(count))
            #expect(eventually(15) { (try? site.metric("alertd_notify_waiting" + label)) == 0 })
        }
        print("receivers away for \(Self.away) s: \(count) notifications at each of \(kinds.count), each once")
        #expect(try site.stop().outcome.status == 0)
    }

    @Test("SIGHUP takes up other receivers, and forgets those that are gone")
    func reload() throws {
        let (first, second) = (try ScriptedServer.web(), try ScriptedServer.web())
        let site = try DaemonSite()
        func configure(_ server: ScriptedServer?) throws {
            let notify = server.map { "notify: { webhook: \"http://127.0.0.1:\($0.port)/hook\" }" }
            try site.configure([], rest: notify ?? "")
        }
        try configure(first)
        try site.start()
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.notify_receiver WHERE held_until > now()")
        try write("one", age: 900, site)
        #expect(eventually(20) { first.journal.count == 1 })
        try configure(second)
        site.signal(SIGHUP)
        try site.waitForLog("receivers of notifications changed")
        try write("two", age: 700, site)
        #expect(eventually(20) { second.journal.count == 1 })
        #expect(first.journal.count == 1 && !site.log().contains("a restart is needed"), "\(site.log())")
        try configure(nil)
        site.signal(SIGHUP)
        try site.waitForRow("SELECT count(*) = 0 FROM alertd.notify_receiver")
        #expect(try site.metric("alertd_notify_waiting{receiver=\"webhook\"}") == nil)
        #expect(try site.stop().outcome.status == 0)
    }

    @Test("what is given up is named by doctor, which then fails; it is listed, and tried again when asked for")
    func givenUp() throws {
        let web = try ScriptedServer.web()
        let site = try DaemonSite()
        try site.configure([], rest: "notify: { webhook: \"http://127.0.0.1:\(web.port)/status?code=410\" }")
        try site.start()
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.notify_receiver WHERE held_until > now()")
        try write("one", age: 100, site)
        try site.waitForRow("SELECT count(*) = 1 FROM alertd.notification WHERE given_up_at IS NOT NULL")
        try site.stop()
        let doctor = try AlertdProgram.run(["doctor", "--config", site.configuration])
        #expect(doctor.status == 2 && doctor.output.contains("FAIL notify webhook"), "\(doctor.output)")
        let listed = try AlertdProgram.run(["notify", "--config", site.configuration])
        #expect(listed.output.contains("status 410") && !listed.output.contains("status?"), "\(listed.output)")

        let options = ["--config", site.configuration]
        let dead = try AlertdProgram.run(["notify", "dead", "--json"] + options)
        #expect(dead.lines.count == 1 && dead.output.contains("status 410"), "\(dead.output)")
        #expect(try site.rows("SELECT count(*) FROM alertd.v_notifications WHERE given_up_at IS NOT NULL") == ["1"])
        for wrong in [[], ["--all", "some"], ["--receiver", "pigeon"]] {
            #expect(try AlertdProgram.run(["notify", "retry"] + wrong + options).status == 64)
        }
        let unknown = try AlertdProgram.run(["notify", "retry", "nobody"] + options)
        #expect(unknown.status == 2 && unknown.errors.contains("0 of 1"), "\(unknown.errors)")
        let retried = try AlertdProgram.run(["notify", "retry", "--receiver", "webhook"] + options)
        #expect(retried.status == 0 && retried.output.hasPrefix("1 notifications"), "\(retried.output)")
        try site.configure([], rest: "notify: { webhook: \"http://127.0.0.1:\(web.port)/hook\" }")
        try site.start()
        try site.waitForRow("SELECT delivered = 1 AND failing_since IS NULL FROM alertd.notify_receiver")
        try site.stop()
        #expect(try AlertdProgram.run(["doctor"] + options).status == 0)
        #expect(Set(identifiers(web.bodies())).count == 1)
    }

    @Test("a test goes to each receiver, and says which one did not take it")
    func test() throws {
        let (web, mail, broker) = (try ScriptedServer.web(), try ScriptedServer.mail(), try MQTTBroker())
        let site = try site(web, mail, broker)
        let environment = ["WEBHOOK_SECRET": Self.secret]
        let arguments = ["notify", "test", "--config", site.configuration]
        let all = try AlertdProgram.run(arguments, environment: environment)
        #expect(all.status == 0 && all.output.split(separator: "\n").count == 3, "\(all.output)\(all.errors)")
        #expect(web.journal.count == 1 && mail.journal.count == 1)
        #expect(eventually(5) { broker.messages.contains { $0.topic == "site/notification" } })
        mail.kill()
        let some = try AlertdProgram.run(arguments, environment: environment)
        #expect(some.status == 2 && some.output.contains("FAIL email: cannot send mail through smtp://127.0.0.1"))
        let one = try AlertdProgram.run(arguments + ["webhook"], environment: environment)
        #expect(one.status == 0 && one.output.split(separator: "\n").count == 1)
        #expect(try AlertdProgram.run(arguments + ["pigeon"], environment: environment).status == 64)
        try site.configure([])
        #expect(try AlertdProgram.run(arguments).status == 78)
    }
}
