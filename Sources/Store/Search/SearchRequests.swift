internal import Base

/// Takes the questions that are asked in SQL (`alertd.ask`, `alertd.search`), each by one daemon only: NOTIFY wakes it, what
/// it takes are rows.
///
/// A connection and a thread of its own, because a session that listens is woken between statements. One caller at a time.
public actor SearchRequests {
    /// Most questions that are taken at once.
    private static let batch: Int64 = 64
    private static let longestSilence = Duration.seconds(30)

    private let executor = ThreadExecutor(name: "store-search")
    private let store: EventStore
    private let wake = WakeSignal()
    private var session: PostgresSession?

    /// Runs on a thread of its own.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ store: EventStore) { self.store = store }

    /// The next questions, at least one, in the order they were asked; waits for them. They are this caller's to answer.
    /// Throws ``StoreError/unavailable(what:address:why:)`` when the database is away, ``StoreError/cancelled(what:)`` after the
    /// calling task was cancelled.
    public nonisolated func next() async throws(StoreError) -> [SearchRequest] {
        let result = await withTaskCancellationHandler {
            await self.take()
        } onCancel: {
            wake.raise()
        }
        return try result.get()
    }

    private func take() -> Result<[SearchRequest], StoreError> {
        do throws(StoreError) {
            let session = try openSession()
            while true {
                let requests = try claim(session)
                if !requests.isEmpty { return .success(requests) }
                _ = try session.awaitNotification("wait for questions", atMost: Self.longestSilence)
            }
        } catch {
            session = nil
            return .failure(error)
        }
    }

    private func openSession() throws(StoreError) -> PostgresSession {
        if let session { return session }
        let opened = try PostgresSession(address: store.address, limits: .init(), wake: wake)
        try opened.script("wait for questions", "LISTEN alertd_search")
        session = opened
        return opened
    }

    private func claim(_ session: PostgresSession) throws(StoreError) -> [SearchRequest] {
        try session.query(
            "take questions",
            """
            UPDATE alertd.search_request r SET claimed_at = clock_timestamp()
            WHERE r.id IN (
                SELECT o.id FROM alertd.search_request o
                WHERE o.claimed_at IS NULL AND o.asked_at > now() - interval '5 minutes'
                ORDER BY o.id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING r.id, r.text, CASE WHEN isfinite(r.since) THEN r.since END AS since,
                CASE WHEN isfinite(r.until) THEN r.until END AS until, r.hits::bigint AS hits,
                (SELECT string_agg(c.name, E'\\n') FROM alertd.camera c WHERE c.id = ANY (r.cameras)) AS cameras
            """, [.integer(Self.batch)]
        ).map(SearchRequest.init).sorted { $0.id < $1.id }
    }
}

extension EventStore {
    /// The questions that are asked in SQL from now on, and those of the last minutes that nobody answered.
    public func searchRequests() -> SearchRequests { SearchRequests(self) }

    /// Answers a question with what was found, best first; `missing` are the nodes that have footage and did not answer.
    public func answer(
        _ request: SearchRequest, with hits: [SearchAnswer], missing: [String] = []
    ) async throws(StoreError) {
        let rows = hits.enumerated().map { index, hit -> [SQLValue] in
            [
                .integer(request.id), .integer(Int64(index + 1)), .text(hit.camera.name), .time(hit.during.start),
                .time(hit.during.end), .real(hit.score), .real(hit.probability),
                hit.eventID.map { SQLValue.integer($0) } ?? .null,
            ]
        }
        try await writer.withTransaction("answer a question") { session throws(StoreError) in
            _ = try session.batch(
                "answer a question",
                """
                INSERT INTO alertd.search_hit (request_id, rank, camera_id, during, score, probability, event_id)
                SELECT $1, $2::bigint::integer, c.id, tstzrange($4, greatest($5, $4 + interval '1 millisecond'), '[)'),
                       $6, least(greatest($7, 0), 1), $8::bigint
                FROM alertd.camera c WHERE c.name = $3
                """, rows)
            try Self.finish(request, problem: nil, missing: missing, session)
        }
    }

    /// Answers a question with why it cannot be answered.
    public func refuse(_ request: SearchRequest, because problem: String) async throws(StoreError) {
        try await writer.run("answer a question") { session throws(StoreError) in
            try Self.finish(request, problem: problem, session)
        }
    }

    private static func finish(
        _ request: SearchRequest, problem: String?, missing: [String] = [], _ session: PostgresSession
    ) throws(StoreError) {
        _ = try session.query(
            "answer a question",
            """
            UPDATE alertd.search_request SET answered_at = clock_timestamp(), problem = $2, missing = $3 WHERE id = $1
            """, [.integer(request.id), problem.map { SQLValue.storable($0) } ?? .null, .texts(missing)])
    }
}
