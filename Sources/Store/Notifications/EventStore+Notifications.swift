internal import Base

/// Who is told of events, and what waits to be told. Deciding and delivering are somebody else's; here both are made to
/// happen once: a decision is stored with the change that it looked at, a delivery takes its row away.
extension EventStore {
    /// Makes `names` the receivers: a new one is told what changes from now on, one that is no longer among them is
    /// forgotten with all that waits for it.
    public func setReceivers(_ names: [String]) async throws(StoreError) {
        let purpose = "set the receivers of notifications"
        try await writer.withTransaction(purpose) { session throws(StoreError) in
            let list = [SQLValue.texts(names)]
            _ = try session.query(purpose, "DELETE FROM alertd.notify_receiver WHERE name <> ALL ($1)", list)
            _ = try session.query(
                purpose,
                """
                INSERT INTO alertd.notify_receiver (name, last_change)
                SELECT n, (SELECT coalesce(max(id), 0) FROM alertd.outbox) FROM unnest($1::text[]) AS n
                ON CONFLICT (name) DO NOTHING
                """, list)
        }
    }

    /// Takes or keeps a receiver for `holder`, for `lease` from now on, by the database's clock; nil when another daemon
    /// has it.
    public func holdReceiver(
        _ name: String, for holder: String, _ lease: Duration
    ) async throws(StoreError) -> ReceiverStanding? {
        let purpose = "hold the receiver \(name)"
        return try await writer.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                UPDATE alertd.notify_receiver r SET holder = $2, held_until = clock_timestamp() + make_interval(secs => $3)
                WHERE name = $1 AND (holder = $2 OR held_until < clock_timestamp())
                RETURNING \(Self.standingColumns)
                """, [.text(name), .text(holder), .real(lease / .seconds(1))]
            ).map(ReceiverStanding.init).first
        }
    }

    /// Stores what was decided for a receiver after looking at the changes up to `change`, and the state that the next
    /// decision needs, all at once. An update that was not tried yet gives way to a later one of its incident. False, and
    /// nothing is stored, when `holder` has lost the receiver.
    public func announce(
        _ notifications: [NewNotification], to receiver: String, upTo change: Int64, state: String, holder: String
    ) async throws(StoreError) -> Bool {
        let purpose = "store notifications for \(receiver)"
        return try await writer.withTransaction(purpose) { session throws(StoreError) in
            let held = try session.query(
                purpose,
                """
                UPDATE alertd.notify_receiver SET last_change = $2, state = $3
                WHERE name = $1 AND holder = $4 AND last_change <= $2
                """, [.text(receiver), .integer(change), .storable(state), .text(holder)])
            guard held.affected == 1 else { return false }
            for one in notifications {
                if one.kind == "update" {
                    _ = try session.query(
                        purpose,
                        """
                        DELETE FROM alertd.notification
                        WHERE receiver = $1 AND incident_id = $2 AND kind = 'update' AND tries = 0 AND given_up_at IS NULL
                        """, [.text(receiver), .integer(one.incidentID)])
                }
                _ = try session.query(
                    purpose,
                    """
                    INSERT INTO alertd.notification (receiver, key, kind, incident_id, event_ids, payload)
                    VALUES ($1, $2, $3, $4, string_to_array($5, ' ')::bigint[], $6)
                    """,
                    [
                        .text(receiver), .text(one.key), .text(one.kind), .integer(one.incidentID),
                        .text(one.eventIDs.map(String.init).joined(separator: " ")), .storable(one.payload),
                    ])
            }
            return true
        }
    }

    /// The first notification that waits for a receiver, due or not.
    public func nextNotification(for receiver: String) async throws(StoreError) -> NotificationRecord? {
        let purpose = "read what waits for \(receiver)"
        return try await reader.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                SELECT \(NotificationRecord.columns) FROM alertd.notification
                WHERE receiver = $1 AND given_up_at IS NULL ORDER BY id LIMIT 1
                """, [.text(receiver)]
            ).map(NotificationRecord.init).first
        }
    }

    /// The receiver has taken it.
    public func markDelivered(_ notification: NotificationRecord) async throws(StoreError) {
        let purpose = "note a delivery to \(notification.receiver)"
        try await writer.withTransaction(purpose) { session throws(StoreError) in
            let gone = try session.query(
                purpose, "DELETE FROM alertd.notification WHERE id = $1", [.integer(notification.id)])
            guard gone.affected == 1 else { return }
            _ = try session.query(
                purpose,
                """
                UPDATE alertd.notify_receiver
                SET delivered = delivered + 1, delivered_at = now(), failing_since = NULL, problem = NULL WHERE name = $1
                """, [.text(notification.receiver)])
        }
    }

    /// The receiver did not take it: it is tried again `wait` from now, or given up when `wait` is nil.
    public func markFailed(
        _ notification: NotificationRecord, because problem: String, retryAfter wait: Duration?
    ) async throws(StoreError) {
        let purpose = "note a failure of \(notification.receiver)"
        try await writer.withTransaction(purpose) { session throws(StoreError) in
            _ = try session.query(
                purpose,
                """
                UPDATE alertd.notification
                SET tries = tries + 1, problem = $2, next_try_at = now() + make_interval(secs => coalesce($3, 0)),
                    given_up_at = CASE WHEN $3::float8 IS NULL THEN now() END
                WHERE id = $1
                """, [.integer(notification.id), .storable(problem), .optional(wait.map { $0 / .seconds(1) })])
            _ = try session.query(
                purpose,
                """
                UPDATE alertd.notify_receiver SET failing_since = coalesce(failing_since, now()), problem = $2
                WHERE name = $1
                """, [.text(notification.receiver), .storable(problem)])
        }
    }

    /// Forgets what was given up longer than `age` ago.
    public func forgetGivenUp(olderThan age: Duration) async throws(StoreError) {
        try await writer.run("forget old notifications") { session throws(StoreError) in
            _ = try session.query(
                "forget old notifications",
                "DELETE FROM alertd.notification WHERE given_up_at < now() - make_interval(secs => $1)",
                [.real(age / .seconds(1))])
        }
    }

    /// How the receivers stand, by name.
    public func receivers() async throws(StoreError) -> [ReceiverStanding] {
        try await reader.run("read the receivers of notifications") { session throws(StoreError) in
            try session.query(
                "read the receivers of notifications",
                "SELECT \(Self.standingColumns) FROM alertd.notify_receiver r ORDER BY name"
            ).map(ReceiverStanding.init)
        }
    }

    /// What was given up, the latest first, at most `limit`.
    public func givenUpNotifications(limit: Int = 100) async throws(StoreError) -> [NotificationRecord] {
        try await reader.run("read what was given up") { session throws(StoreError) in
            try session.query(
                "read what was given up",
                """
                SELECT \(NotificationRecord.columns) FROM alertd.notification
                WHERE given_up_at IS NOT NULL ORDER BY given_up_at DESC, id DESC LIMIT $1
                """, [.integer(Int64(limit))]
            ).map(NotificationRecord.init)
        }
    }

    /// Lets what was given up wait again, and be tried at once: those called `keys`, or all of `receiver`, or all. How many
    /// they are.
    @discardableResult
    public func retryGivenUp(keys: [String]? = nil, receiver: String? = nil) async throws(StoreError) -> Int {
        let purpose = "try again what was given up"
        return try await writer.withTransaction(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                UPDATE alertd.notification SET given_up_at = NULL, next_try_at = now()
                WHERE given_up_at IS NOT NULL AND ($1::text[] IS NULL OR key = ANY ($1))
                  AND ($2::text IS NULL OR receiver = $2)
                """, [keys.map { .texts($0) } ?? .null, .optional(receiver)]
            ).affected
        }
    }

    /// The events that may still be extended, by start.
    public func openEvents() async throws(StoreError) -> [EventRecord] {
        try await reader.run("list open events") { session throws(StoreError) in
            try session.query(
                "list open events",
                "SELECT \(Self.eventColumns) FROM alertd.v_events WHERE open ORDER BY started_at, id LIMIT 10000"
            ).map(EventRecord.init)
        }
    }

    private static let standingColumns = """
        r.name, r.last_change, r.state, r.delivered, r.delivered_at, r.failing_since, r.problem,
        (SELECT count(*) FROM alertd.notification n WHERE n.receiver = r.name AND n.given_up_at IS NULL) AS waiting,
        (SELECT count(*) FROM alertd.notification n WHERE n.receiver = r.name AND n.given_up_at IS NOT NULL) AS given_up,
        (SELECT min(n.made_at) FROM alertd.notification n WHERE n.receiver = r.name AND n.given_up_at IS NULL) AS oldest_at
        """
}
