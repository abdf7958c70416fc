public import Base

/// An event with words, as far as a search in descriptions needs it.
public struct DescribedEvent: Sendable, Equatable {
    /// The event.
    public let id: Int64
    /// Its camera.
    public let camera: CameraID
    /// Its span.
    public let during: TimeSpan
    /// How well the span fits what it was found for; for a query, a probability.
    public let score: Double
    /// The sentences.
    public let description: String
    /// Whether a model wrote them; otherwise they are a template around a standing query's sentence.
    public let isByModel: Bool
    /// The share of the sentence's words that the description holds, 0…1: stems of PostgreSQL's English dictionary; a stem of five
    /// letters and more that is not there counts as much as a word is spelt alike (trigrams), from 0.55 on.
    public let words: Double
    /// The description's encoding, if it is stored [D].
    public let encoding: [Float]?
}

/// A description to be encoded, or its encoding to be stored.
public struct DescriptionText: Sendable, Equatable {
    /// The event.
    public let id: Int64
    /// The sentences.
    public let description: String
}

extension EventStore {
    /// Most descriptions that are ranked: the newest, and of the others those with most words in common.
    public static let mostDescribed = 4000
    private static let mostByWords = 1000

    /// Events with a description of `cameras` that share a moment with [`since`, `until`): the newest, and those that have words
    /// or letters in common with `sentence`, newest first. What says nothing of what was seen is left out: why a camera was blind,
    /// and the template of an anomaly. Encodings are those of `encoder`, of the description as it is now.
    public func described(
        like sentence: String, cameras: [CameraID], since: WallTime?, until: WallTime?, encoder: [UInt8]?
    ) async throws(StoreError) -> [DescribedEvent] {
        let purpose = "search descriptions"
        return try await reader.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                WITH sentence AS MATERIALIZED (
                    SELECT tsvector_to_array(to_tsvector('pg_catalog.english', $1)) AS stems
                ), asked AS MATERIALIZED (
                    SELECT (SELECT string_agg(quote_literal(s), ' | ') FROM unnest(stems) s)::tsquery AS query
                    FROM sentence
                ), scope AS MATERIALIZED (
                    SELECT array_agg(c.id) AS cameras FROM alertd.camera c WHERE c.name = ANY ($2)
                ), found AS MATERIALIZED (
                    (SELECT e.id FROM alertd.event e, scope
                     WHERE e.camera_id = ANY (scope.cameras) AND \(Self.saysSomething)
                       AND e.ended_at > coalesce($3, '-infinity'::timestamptz)
                       AND e.started_at < coalesce($4, 'infinity'::timestamptz)
                     ORDER BY e.started_at DESC, e.id DESC LIMIT $5)
                    UNION
                    (SELECT e.id FROM alertd.event e, scope, asked
                     WHERE e.camera_id = ANY (scope.cameras) AND \(Self.saysSomething)
                       AND e.ended_at > coalesce($3, '-infinity'::timestamptz)
                       AND e.started_at < coalesce($4, 'infinity'::timestamptz)
                       AND (e.words @@ asked.query OR e.description OPERATOR(alertd.%>) $1)
                     ORDER BY ts_rank_cd(e.words, asked.query) DESC, e.started_at DESC, e.id DESC LIMIT $6)
                )
                SELECT e.id, c.name AS camera, e.started_at AS start, e.ended_at AS "end", e.score, e.description,
                       e.description_origin <> 'template' AS is_by_model,
                       coalesce((
                           SELECT avg(CASE
                               WHEN s = ANY (tsvector_to_array(e.words)) THEN 1
                               WHEN length(s) < 5 THEN 0
                               WHEN alertd.word_similarity(s, e.description) < 0.55 THEN 0
                               ELSE alertd.word_similarity(s, e.description) END)
                           FROM unnest(sentence.stems) s), 0)::float8 AS words,
                       d.encoding
                FROM found JOIN alertd.event e ON e.id = found.id JOIN alertd.camera c ON c.id = e.camera_id
                     CROSS JOIN sentence
                     LEFT JOIN alertd.description_encoding d
                         ON d.event_id = e.id AND d.encoder = $7
                        AND d.description_digest = sha256(convert_to(e.description, 'UTF8'))
                ORDER BY e.started_at DESC, e.id DESC
                """,
                [
                    .storable(sentence), .texts(cameras.map(\.name)), .optional(since), .optional(until),
                    .integer(Int64(Self.mostDescribed)), .integer(Int64(Self.mostByWords)), .bytes(encoder ?? []),
                ]
            ).map(DescribedEvent.init)
        }
    }

    /// The latest descriptions that `encoder` has not encoded as they are now, at most `limit`.
    public func descriptionsToEncode(
        by encoder: [UInt8], limit: Int
    ) async throws(StoreError) -> [DescriptionText] {
        let purpose = "list descriptions to encode"
        return try await reader.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                SELECT e.id, e.description FROM alertd.event e
                     LEFT JOIN alertd.description_encoding d ON d.event_id = e.id AND d.encoder = $1
                WHERE \(Self.saysSomething)
                  AND d.description_digest IS DISTINCT FROM sha256(convert_to(e.description, 'UTF8'))
                ORDER BY e.id DESC LIMIT $2
                """, [.bytes(encoder), .integer(Int64(max(0, limit)))]
            ).map { row throws(StoreError) in
                DescriptionText(id: try row.integer("id"), description: try row.text("description"))
            }
        }
    }

    /// Stores the encodings of descriptions; of an event that is gone, or says something else by now, nothing is kept. A vector
    /// that is not finite is left out.
    public func keep(_ encodings: [(text: DescriptionText, values: [Float])], by encoder: [UInt8])
        async throws(StoreError)
    {
        let purpose = "store encodings of descriptions"
        let rows = encodings.compactMap { text, values -> [SQLValue]? in
            guard let vector = QuantizedVector(values) else { return nil }
            let bytes = vector.scale.bitPattern.littleEndianBytes + vector.values.map { UInt8(bitPattern: $0) }
            return [.integer(text.id), .bytes(encoder), .storable(text.description), .bytes(bytes)]
        }
        try await writer.withTransaction(purpose) { session throws(StoreError) in
            _ = try session.batch(
                purpose,
                """
                INSERT INTO alertd.description_encoding (event_id, encoder, description_digest, encoding)
                SELECT e.id, $2, sha256(convert_to($3, 'UTF8')), $4 FROM alertd.event e
                WHERE e.id = $1 AND e.description = $3
                ON CONFLICT (event_id, encoder) DO UPDATE
                SET description_digest = excluded.description_digest, encoding = excluded.encoding
                """, rows)
        }
    }

    private static let saysSomething = """
        e.description IS NOT NULL AND (e.kind = 'query' OR e.kind = 'anomaly' AND e.description_origin <> 'template')
        """
}

extension DescribedEvent {
    fileprivate init(_ row: Row) throws(StoreError) {
        id = try row.integer("id")
        let name = try row.text("camera")
        let (start, end) = (try row.time("start"), try row.time("end"))
        guard let camera = CameraID(name), start <= end else {
            throw .unexpectedResult(what: "search descriptions", why: "event \(id) is malformed")
        }
        self.camera = camera
        during = TimeSpan(start: start, end: end)
        score = try row.real("score")
        description = try row.text("description")
        isByModel = try row.bool("is_by_model")
        words = try row.real("words")
        encoding = try row.optionalBytes("encoding").flatMap(Self.vector)
    }

    /// Scale (Float32), then one signed byte a number, as in files of encodings.
    private static func vector(_ bytes: [UInt8]) -> [Float]? {
        guard bytes.count > 4 else { return nil }
        let scale = Float(bitPattern: bytes[...].integer(at: 0, UInt32.self))
        return scale.isFinite ? bytes.dropFirst(4).map { Float(Int8(bitPattern: $0)) * scale } : nil
    }
}
