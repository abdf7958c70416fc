import Logging
import Store

/// The database: whether it answers, has the right schema, and all that the schema needs.
enum DatabaseFindings {
    /// A larger difference shows in the times of events.
    private static let mostSecondsApart = 2.0

    static func all(_ target: DatabaseTarget, logger: Logger) async -> [Finding] {
        do {
            let store =
                if case .embedded = target {
                    try await EventStore.open(target, logger: logger)
                } else {
                    try await EventStore.connect(target, logger: logger)
                }
            let findings = await look(store)
            await store.close()
            return findings
        } catch {
            return [Finding("database", failing: error)]
        }
    }

    private static func look(_ store: EventStore) async -> [Finding] {
        var findings: [Finding] = []
        do {
            let status = try await store.status()
            findings.append(
                Finding(
                    "database", .ok,
                    "\(store.address), PostgreSQL \(status.serverVersion), \(status.events) events, "
                        + ByteCount.text(Int(status.bytes))))
        } catch {
            return [Finding("database", failing: error)]
        }
        do {
            try await store.requireCurrentSchema()
            findings.append(Finding("schema", .ok, "the version that this alertd speaks"))
            findings += beside(try await store.health())
        } catch {
            findings.append(Finding("schema", failing: error))
        }
        return findings
    }

    private static func beside(_ health: DatabaseHealth) -> [Finding] {
        let missing = health.missingExtensions.joined(separator: ", ")
        var findings = [
            missing.isEmpty
                ? Finding("extensions", .ok, health.hasDblink ? "btree_gist, pg_trgm, dblink" : "btree_gist, pg_trgm")
                : Finding(
                    "extensions", .failed,
                    "the database has no \(missing): it was dropped after the schema was made; restore a back-up, or let "
                        + "the owner make it with what the schema builds on it")
        ]
        if !health.hasDblink, missing.isEmpty {
            findings.append(
                Finding(
                    "sql search", .warning,
                    "without the extension dblink alertd.search cannot be used from SQL, only alertd.ask and alertd.answer; "
                        + "a superuser may: CREATE EXTENSION dblink WITH SCHEMA alertd"))
        }
        if health.encoding != "UTF8" {
            findings.append(
                Finding(
                    "database encoding", .failed,
                    "it is \(health.encoding); make the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
                ))
        }
        if health.isStandby {
            findings.append(
                Finding("database role", .failed, "the server is a standby; name the primary in 'database'"))
        } else if !health.mayWrite {
            findings.append(
                Finding("database role", .failed, "it may not write events; as the owner: GRANT alertd_rw TO the role"))
        }
        let apart = (health.secondsAhead * 10).rounded() / 10
        findings.append(
            abs(apart) <= mostSecondsApart
                ? Finding("database clock", .ok, "within \(mostSecondsApart) s of this machine's")
                : Finding(
                    "database clock", .warning,
                    "the server's is \(abs(apart)) s \(apart > 0 ? "ahead of" : "behind") this machine's; let a time "
                        + "service keep both"))
        return findings
    }
}
