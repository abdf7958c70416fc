import Store
import Testing

@Suite("Store errors", .timeLimit(.minutes(5)))
struct StoreErrorTests {
    static let all: [StoreError] = [
        .unavailable(what: "list events", address: "database alertd at h", why: "refused"),
        .malformedAddress(why: "libpq cannot parse it"),
        .constraint(name: "event_span_is_finite", table: "event", why: "violated"), .conflict(why: "deadlock detected"),
        .schemaMismatch(found: nil, needed: 1, address: "a"), .schemaMismatch(found: 0, needed: 1, address: "a"),
        .schemaMismatch(found: 9, needed: 1, address: "a"), .schemaIncomplete(missing: ["a"], version: 1, address: "a"),
        .query(what: "list", sqlState: "42601", why: "syntax"),
        .unexpectedResult(what: "list", why: "no rows"), .cancelled(what: "list"), .forbidden(what: "l", why: "w"),
        .unsupportedServer(found: "14.2", needed: "15"), .postgresNotInstalled(searched: ["/usr/lib/postgresql"]),
        .clusterVersionMismatch(path: "/s", cluster: "13", programs: ["15"]),
        .clusterFailed(step: "start", path: "/s", output: "FATAL"), .socketInUse(path: "/s"),
        .socketPathTooLong(path: "/s", bytes: 120), .unusablePath(path: "/s", why: "w", remedy: "choose another"),
        .diskFull(path: "/s"), .stateBusy(path: "/s", seconds: 60),
        .privilegeDropFailed(account: "a", step: "setuid", why: "w"), .noServiceAccount(tried: ["alertd", "postgres"]),
        .unknownUser(number: 4711), .encodingFile(path: "/s", step: "read", why: "w"),
        .invalidValue(what: "an encoding", why: "w"),
    ]

    @Test("every error is one line that says what failed", arguments: all)
    func oneLine(error: StoreError) {
        let text = "\(error)"
        #expect(!text.contains("\n") && text.count > 20 && text != "the store failed" && !text.contains("Optional"))
    }

    @Test("each error says what to do")
    func remedies() {
        let text = Self.all.map { "\($0)" }.joined(separator: "\n")
        for remedy in [
            "apt-get install postgresql;", "alertd db migrate", "install that version", "choose a shorter --state",
            "apt-get install postgresql-13", "useradd --system alertd", "free some", "try again", "upgrade the server",
        ] {
            #expect((text + ";").contains(remedy.replacing(";", with: "")), "\(remedy)")
        }
    }

    @Test(
        "no form of address shows its secrets",
        arguments: [
            "postgresql://jane:geheim@db.example:5433/alertd?sslmode=require&sslpassword=geheim2",
            "host=db.example port=5433 user=jane password=geheim dbname=alertd",
            "host=db.example port=5433 user=jane password='geheim' sslpassword=geheim2 dbname=alertd",
            "postgresql://db.example:5433/alertd?user=jane&password=geheim",
        ])
    func secrets(text: String) throws {
        let address = try DatabaseAddress(text)
        #expect(address.description == "database alertd at db.example port 5433")
    }

    @Test(
        "an address that cannot be parsed is not repeated",
        arguments: ["postgresql://jane:geheim@h/d%zz", "password=geheim oops", "postgresql://[geheim", "geheim"])
    func malformed(text: String) {
        #expect {
            try DatabaseAddress(text)
        } throws: { error in
            !"\(error)".contains("heim") && "\(error)".contains("postgresql://HOST/DATABASE")
        }
    }
}
