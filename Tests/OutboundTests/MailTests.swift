import Base
import Foundation
import Outbound
import TestSupport
import Testing

@Suite("Mail", .timeLimit(.minutes(10)))
struct MailTests {
    private let client = OutboundClient(NetworkSettings(environment: [:]))
    private let mail = MailMessage(
        from: "alertd@example.org", to: ["guard@example.org", "desk@example.org"], subject: "gate: a person climbs",
        text: "first\n.second\n", date: WallTime(microseconds: 1_795_731_653_000_000), identifier: "event-7")

    /// A header of a mail that was taken, and its body.
    private func parts(_ data: Data) -> (headers: [String: String], body: String) {
        let text = String(decoding: data, as: UTF8.self).replacing("\r\n", with: "\n")
        let halves = text.split(separator: "\n\n", maxSplits: 1)
        var headers: [String: String] = [:]
        for line in halves[0].replacing("\n ", with: " ").split(separator: "\n") {
            let words = line.split(separator: ":", maxSplits: 1)
            headers[String(words[0])] = words[1].trimmingCharacters(in: .whitespaces)
        }
        return (headers, halves.count > 1 ? String(halves[1]) : "")
    }

    @Test("arrives as it was written, with its identifier", .tags(.integration))
    func plain() async throws {
        let server = try ScriptedServer.mail()
        try await client.send(mail, through: MailServer("smtp://127.0.0.1:\(server.port)"))
        let arrived = try #require(server.journal.first)
        #expect(arrived["from"] as? String == "alertd@example.org")
        #expect(arrived["to"] as? [String] == ["guard@example.org", "desk@example.org"])
        let (headers, body) = parts(try #require(server.bodies("bytes").first))
        #expect(headers["Message-ID"] == "<event-7@alertd.invalid>" && headers["Subject"] == "gate: a person climbs")
        #expect(headers["Date"] == "Thu, 26 Nov 2026 22:20:53 +0000")
        #expect(body == "first\n.second\n\n" || body == "first\n.second\n")
    }

    @Test("carries other letters and attachments", .tags(.integration))
    func attachments() async throws {
        let server = try ScriptedServer.mail()
        var mail = mail
        mail.subject = String(repeating: "Tür öffnet sich, ", count: 8)
        mail.text = "Jemand öffnet die Tür.\n"
        mail.follows = "event-6"
        let picture = [UInt8]((0..<5000).map { UInt8($0 & 255) })
        mail.attachments = [.init(name: "event 7.jpg", type: "image/jpeg", bytes: picture)]
        try await client.send(mail, through: MailServer("smtp://127.0.0.1:\(server.port)"))
        let raw = try #require(server.bodies("bytes").first)
        // Read back by another implementation.
        let script = """
            import sys, email, email.policy, json, base64
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            t, p = m.iter_parts()
            print(json.dumps({"subject": m["Subject"], "text": t.get_content(), "follows": m["In-Reply-To"],
                "name": p.get_filename(), "type": p.get_content_type(), "bytes": base64.b64encode(p.get_content()).decode()}))
            """
        let read = try python(script, raw)
        #expect(
            read["subject"] as? String == mail.subject.trimmingCharacters(in: .whitespaces)
                || read["subject"] as? String == mail.subject)
        #expect(read["text"] as? String == "Jemand öffnet die Tür.\n")
        #expect(read["follows"] as? String == "<event-6@alertd.invalid>")
        #expect(read["name"] as? String == "event_7.jpg" && read["type"] as? String == "image/jpeg")
        #expect((read["bytes"] as? String).flatMap { Data(base64Encoded: $0) } == Data(picture))
    }

    @Test(
        "goes encrypted to a server that offers STARTTLS or speaks TLS, with the password", .tags(.integration),
        arguments: [false, true])
    func encrypted(isImplicit: Bool) async throws {
        let certificate = try TestCertificate()
        var options = [
            "certificate": certificate.certificate, "key": certificate.key, "user": "guard", "password": "pa55word",
        ]
        if isImplicit { options["implicit"] = "1" }
        let server = try ScriptedServer.mail(options)
        let url = "\(isImplicit ? "smtps" : "smtp")://localhost:\(server.port)"
        let trusting = OutboundClient(NetworkSettings(environment: ["SSL_CERT_FILE": certificate.certificate]))
        try await trusting.send(mail, through: MailServer(url, user: "guard", password: "pa55word"))
        let arrived = try #require(server.journal.first)
        #expect(arrived["encrypted"] as? Bool == true && arrived["user"] as? String == "guard")

        let wrong = await #expect(throws: OutboundError.self) {
            try await trusting.send(mail, through: MailServer(url, user: "guard", password: "wr0ng"))
        }
        guard case .mailRefused(_, let code, _)? = wrong else {
            Issue.record("\(String(describing: wrong))")
            return
        }
        #expect(code == 535 && wrong?.isTransient == false)
        #expect(!(wrong.map { "\($0)" } ?? "").contains("wr0ng"))
        // Nobody vouches for the certificate: no password is sent.
        await #expect(throws: OutboundError.self) { try await client.send(mail, through: MailServer(url)) }
        #expect(server.journal.count == 1)
    }

    @Test("tells a refusal for good from one for now", .tags(.integration))
    func refusals() async throws {
        let server = try ScriptedServer.mail(["refuse": "desk@example.org", "busy": "1"])
        let address = MailServer("smtp://127.0.0.1:\(server.port)")
        let refused = await #expect(throws: OutboundError.self) { try await client.send(mail, through: address) }
        guard case .mailRefused(_, 550, _)? = refused else {
            Issue.record("\(String(describing: refused))")
            return
        }
        #expect(refused?.isTransient == false)
        var one = mail
        one.to = ["guard@example.org"]
        let busy = await #expect(throws: OutboundError.self) { try await client.send(one, through: address) }
        guard case .mailRefused(_, 451, _)? = busy else {
            Issue.record("\(String(describing: busy))")
            return
        }
        #expect(busy?.isTransient == true)
        try await client.send(one, through: address)
        #expect(server.journal.count == 1)
    }

    @Test("is refused before anything is sent when an address could be more than one")
    func addresses() async throws {
        #expect(MailMessage.isAddress("a.b+c@example.org"))
        for text in ["", "a", "a@", "@b", "a@b@c", "a b@c", "a@b>", "a@b\r\nX: y", "a@b,c@d", "ä@b"] {
            #expect(!MailMessage.isAddress(text), "\(text)")
            var bad = mail
            bad.to.append(text)
            let error = await #expect(throws: OutboundError.self) {
                try await client.send(bad, through: MailServer("smtp://127.0.0.1:1"))
            }
            guard case .invalid? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    private func python(_ script: String, _ input: Data) throws -> [String: Any] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        let (source, sink) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (source, sink)
        try process.run()
        try source.fileHandleForWriting.write(contentsOf: input)
        try source.fileHandleForWriting.close()
        let output = sink.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
    }
}
