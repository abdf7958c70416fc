-- alertd: what is kept about cameras. PostgreSQL 15 and later.
--
-- Everything lives in the schema alertd. The views v_… are the contract; the tables are private and may change with any
-- release. Times are timestamptz, spans are half-open tstzranges [start, end). Applied by `alertd db migrate`, or by hand:
--     psql -1 -v ON_ERROR_STOP=1 -f schema.sql

CREATE SCHEMA alertd;
COMMENT ON SCHEMA alertd IS 'alertd: cameras, what happened in front of them, and how unusual it was. Read the views v_…; the tables are private.';

-- Lets one exclusion constraint speak of equal cameras and overlapping spans. A trusted extension: no superuser needed.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA alertd;

CREATE TABLE alertd.schema_version (
    version    integer     PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE alertd.schema_version IS 'One row per migration applied. The highest version is the schema''s; alertd refuses to start on one it does not know.';
COMMENT ON COLUMN alertd.schema_version.version    IS 'Number of the migration, counted from 1 without gaps.';
COMMENT ON COLUMN alertd.schema_version.name       IS 'Name of its file, migrations/NNN_name.sql.';
COMMENT ON COLUMN alertd.schema_version.applied_at IS 'When it was committed.';

-- Cameras ------------------------------------------------------------------------------------------------------------

CREATE TABLE alertd.camera (
    id         integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL COLLATE "C" UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT camera_name_is_safe CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$')
);
COMMENT ON TABLE alertd.camera IS 'One row per camera ever watched or ingested. Rows stay when a camera leaves the configuration: its past is still searched.';
COMMENT ON COLUMN alertd.camera.id         IS 'Key inside this database; people and files use the name.';
COMMENT ON COLUMN alertd.camera.name       IS 'What a person types; also the name of its folder of encodings, hence the narrow alphabet.';
COMMENT ON COLUMN alertd.camera.created_at IS 'When alertd first heard of it.';

CREATE TABLE alertd.recording (
    id               bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    camera_id        integer          NOT NULL REFERENCES alertd.camera,
    digest           bytea            NOT NULL,
    encoder          bytea            NOT NULL,
    started_at       timestamptz      NOT NULL,
    duration_seconds double precision NOT NULL,
    analysed_fps     double precision NOT NULL,
    queries          text[]           NOT NULL,
    finished_at      timestamptz      NOT NULL DEFAULT now(),
    UNIQUE (camera_id, digest, started_at, encoder),
    CONSTRAINT recording_has_a_digest CHECK (octet_length(digest) BETWEEN 16 AND 64),
    CONSTRAINT recording_duration_is_finite CHECK (duration_seconds >= 0 AND duration_seconds < 'Infinity'),
    CONSTRAINT recording_fps_is_finite CHECK (analysed_fps > 0 AND analysed_fps < 'Infinity')
);
COMMENT ON TABLE alertd.recording IS 'One row per file ingested to its end, written in the transaction that writes what was found in it: a file is here with all its events and scores, or not at all.';
COMMENT ON COLUMN alertd.recording.digest           IS 'Digest of the file''s bytes: the same file under another name is the same recording.';
COMMENT ON COLUMN alertd.recording.encoder          IS 'Digest of the encoder that looked at it: another encoder may find other events.';
COMMENT ON COLUMN alertd.recording.started_at       IS 'When its first frame was recorded, as far as that is known.';
COMMENT ON COLUMN alertd.recording.duration_seconds IS 'Length of the footage.';
COMMENT ON COLUMN alertd.recording.analysed_fps     IS 'Frames analysed per second of footage.';
COMMENT ON COLUMN alertd.recording.queries          IS 'Query texts that have been looked for in it, over all its ingests.';
COMMENT ON COLUMN alertd.recording.finished_at      IS 'When the last ingest was committed.';

-- Events -------------------------------------------------------------------------------------------------------------

CREATE TABLE alertd.event (
    id                 bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    camera_id          integer          NOT NULL REFERENCES alertd.camera,
    source             text             NOT NULL COLLATE "C",
    kind               text             NOT NULL COLLATE "C" GENERATED ALWAYS AS (split_part(source, ':', 1)) STORED,
    query_text         text,
    during             tstzrange        NOT NULL,
    is_open            boolean          NOT NULL,
    start_error        double precision NOT NULL,
    end_error          double precision NOT NULL,
    score              double precision NOT NULL,
    anomaly_score      double precision,
    description        text,
    description_origin text,
    clock              text             NOT NULL,
    box                jsonb,
    created_at         timestamptz      NOT NULL DEFAULT now(),
    updated_at         timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT event_source_is_known CHECK (source ~ '^(query|anomaly|blind):.' AND octet_length(source) <= 2000),
    CONSTRAINT event_span_is_finite CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during) AND isfinite(lower(during)) AND isfinite(upper(during))),
    CONSTRAINT event_errors_are_finite CHECK (
        start_error >= 0 AND start_error < 'Infinity' AND end_error >= 0 AND end_error < 'Infinity'),
    CONSTRAINT event_scores_are_finite CHECK (
        score > '-Infinity' AND score < 'Infinity' AND anomaly_score > '-Infinity' AND anomaly_score < 'Infinity'),
    CONSTRAINT event_description_has_an_origin CHECK ((description IS NULL) = (description_origin IS NULL)),
    CONSTRAINT event_clock_is_known CHECK (clock IN ('file', 'camera', 'arrival', 'unset')),
    CONSTRAINT event_box_has_four_edges CHECK (jsonb_typeof(box) = 'array' AND jsonb_array_length(box) = 4),
    CONSTRAINT event_is_told_once EXCLUDE USING gist (camera_id WITH =, source WITH =, during WITH &&)
);
CREATE INDEX event_start ON alertd.event (lower(during), id);
CREATE INDEX event_during ON alertd.event USING gist (during);
CREATE INDEX event_open ON alertd.event (camera_id) WHERE is_open;
COMMENT ON TABLE alertd.event IS 'Something that happened in front of a camera, or that kept it from being watched. Written only by record_event: two spans of one camera and source that overlap are one event, and the constraint event_is_told_once makes it impossible to tell it twice.';
COMMENT ON COLUMN alertd.event.source             IS 'What made the event: query:NAME, anomaly:LANE or blind:REASON.';
COMMENT ON COLUMN alertd.event.kind               IS 'query, anomaly or blind: the part of source before the colon.';
COMMENT ON COLUMN alertd.event.query_text         IS 'The sentence looked for; null unless kind is query.';
COMMENT ON COLUMN alertd.event.during             IS '[start, end); end is the last evidence so far, so it is never infinite, also while the event is open. An instant is kept as one millisecond.';
COMMENT ON COLUMN alertd.event.is_open            IS 'Whether evidence may still extend it.';
COMMENT ON COLUMN alertd.event.start_error        IS 'How far the start may be off, in seconds.';
COMMENT ON COLUMN alertd.event.end_error          IS 'How far the end may be off, in seconds.';
COMMENT ON COLUMN alertd.event.score              IS 'How well the span fits its source; for a query, a probability.';
COMMENT ON COLUMN alertd.event.anomaly_score      IS 'Highest anomaly score inside the span, if one was computed.';
COMMENT ON COLUMN alertd.event.description        IS 'One or more sentences for people.';
COMMENT ON COLUMN alertd.event.description_origin IS 'Who wrote them: template, or the name of a model.';
COMMENT ON COLUMN alertd.event.clock              IS 'Where the times come from: file, camera, arrival or unset.';
COMMENT ON COLUMN alertd.event.box                IS 'Where in the picture: [left, top, right, bottom] in fractions of its width and height.';

CREATE TABLE alertd.event_key (
    camera_id  integer     NOT NULL REFERENCES alertd.camera,
    key        text        NOT NULL COLLATE "C",
    event_id   bigint      NOT NULL REFERENCES alertd.event ON DELETE CASCADE,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (camera_id, key),
    CONSTRAINT event_key_is_short CHECK (octet_length(key) BETWEEN 1 AND 2500)
);
CREATE INDEX event_key_event ON alertd.event_key (event_id);
COMMENT ON TABLE alertd.event_key IS 'Idempotency keys of the changes already applied to a camera''s events, with the event each went to. A change that comes again (a spool replayed, an ingest repeated) changes nothing.';

CREATE TABLE alertd.outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id     bigint      NOT NULL,
    kind         text        NOT NULL,
    change       text        NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT outbox_change_is_known CHECK (change IN ('open', 'update', 'close'))
);
COMMENT ON TABLE alertd.outbox IS 'Every change of an event, behind NOTIFY alertd_event. Ids follow the order of commits: whoever has read up to an id and asks for what lies after it misses nothing.';
COMMENT ON COLUMN alertd.outbox.event_id IS 'The event; it may have been erased since, or merged into another.';
COMMENT ON COLUMN alertd.outbox.change   IS 'open: new, or open again. update: span, score or text changed. close: no evidence will extend it any more.';

-- Scores -------------------------------------------------------------------------------------------------------------

CREATE TABLE alertd.score (
    camera_id   integer          NOT NULL REFERENCES alertd.camera,
    lane        text             NOT NULL COLLATE "C",
    at          timestamptz      NOT NULL,
    value       double precision NOT NULL,
    p_value     double precision,
    explanation text,
    PRIMARY KEY (camera_id, lane, at),
    CONSTRAINT score_lane_is_known CHECK (lane ~ '^(query|anomaly):.' AND octet_length(lane) <= 2000),
    CONSTRAINT score_is_finite CHECK (value > '-Infinity' AND value < 'Infinity' AND isfinite(at)),
    CONSTRAINT score_p_value_is_a_probability CHECK (p_value BETWEEN 0 AND 1)
);
COMMENT ON TABLE alertd.score IS 'One value per analysed frame and lane: the curves from which events are cut.';
COMMENT ON COLUMN alertd.score.lane        IS 'anomaly:LANE, or query:NAME for the similarity to a query.';
COMMENT ON COLUMN alertd.score.at          IS 'Presentation time of the frame.';
COMMENT ON COLUMN alertd.score.value       IS 'The raw score; comparable within one camera and lane only.';
COMMENT ON COLUMN alertd.score.p_value     IS 'How often this camera''s normal footage scores as high; null until it is calibrated.';
COMMENT ON COLUMN alertd.score.explanation IS 'What the frame was compared with, for people.';

-- The one writer -----------------------------------------------------------------------------------------------------

CREATE FUNCTION alertd.emit_change(event_id bigint, kind text, change text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO alertd.outbox (event_id, kind, change) VALUES (event_id, kind, change);
    SELECT pg_notify('alertd_event', json_build_object('id', event_id, 'kind', kind, 'change', change)::text);
END;
COMMENT ON FUNCTION alertd.emit_change IS 'Tells the world of one change: a row in outbox and a NOTIFY when the transaction commits. Only under writer_lock.';

CREATE FUNCTION alertd.writer_lock() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT pg_advisory_xact_lock(8750, 1);
END;
COMMENT ON FUNCTION alertd.writer_lock IS 'Waits until no other transaction writes events, and keeps the others out until this one ends. It makes outbox ids follow commits, and merging free of races.';

CREATE FUNCTION alertd.record_event(
    p_camera text, p_source text, p_query_text text, p_start timestamptz, p_end timestamptz, p_is_open boolean,
    p_start_error double precision, p_end_error double precision, p_score double precision,
    p_anomaly_score double precision, p_description text, p_description_origin text, p_clock text,
    p_box double precision[], p_key text, p_replaces text DEFAULT NULL,
    OUT event_id bigint, OUT change text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer;
    v_during    tstzrange := tstzrange(p_start, greatest(p_end, p_start + interval '1 millisecond'), '[)');
    v_kind      text := split_part(p_source, ':', 1);
    v_own       bigint;        -- the event that earlier tellings of the same thing made, and nothing else is part of
    v_old       bigint[];      -- that one and the events this one overlaps; the first lives on
    v_was_open  boolean;       -- whether that first one was open
    v_after     alertd.event;
BEGIN
    PERFORM alertd.writer_lock();

    SELECT c.id INTO v_camera_id FROM alertd.camera c WHERE c.name = p_camera;
    IF NOT FOUND THEN
        INSERT INTO alertd.camera (name) VALUES (p_camera) RETURNING id INTO v_camera_id;
    END IF;

    SELECT k.event_id INTO event_id FROM alertd.event_key k WHERE k.camera_id = v_camera_id AND k.key = p_key;
    IF FOUND THEN
        change := 'none';
        RETURN;
    END IF;

    SELECT k.event_id INTO v_own
    FROM alertd.event_key k JOIN alertd.event e ON e.id = k.event_id
    WHERE k.camera_id = v_camera_id AND k.key >= p_replaces AND k.key < p_replaces || '~' AND e.source = p_source
      AND NOT EXISTS (
          SELECT FROM alertd.event_key o WHERE o.event_id = k.event_id AND NOT starts_with(o.key, p_replaces))
    LIMIT 1;

    SELECT array_agg(e.id ORDER BY e.id), (array_agg(e.is_open ORDER BY e.id))[1] INTO v_old, v_was_open
    FROM alertd.event e
    WHERE e.camera_id = v_camera_id AND e.source = p_source AND (e.during && v_during OR e.id = v_own);

    IF v_old IS NULL THEN
        INSERT INTO alertd.event (
            camera_id, source, query_text, during, is_open, start_error, end_error, score, anomaly_score,
            description, description_origin, clock, box)
        VALUES (
            v_camera_id, p_source, p_query_text, v_during, p_is_open, p_start_error, p_end_error, p_score,
            p_anomaly_score, p_description, p_description_origin, p_clock, to_jsonb(p_box))
        RETURNING id INTO event_id;
        change := 'open';
        PERFORM alertd.emit_change(event_id, v_kind, 'open');
        IF NOT p_is_open THEN
            PERFORM alertd.emit_change(event_id, v_kind, 'close');
        END IF;
    ELSE
        event_id := v_old[1];

        -- The union of the spans, less what this telling replaces. Each edge keeps the error of the piece it comes
        -- from; picture and words come from the piece that scored best; on a tie the new piece wins, since it knows
        -- more.
        WITH piece AS (
            SELECT e.during, e.is_open, e.start_error, e.end_error, e.score, e.anomaly_score, e.description,
                   e.description_origin, e.box, e.query_text, false AS is_new
            FROM alertd.event e WHERE e.id = ANY (v_old) AND e.id IS DISTINCT FROM v_own
            UNION ALL
            SELECT v_during, p_is_open, p_start_error, p_end_error, p_score, p_anomaly_score, p_description,
                   p_description_origin, to_jsonb(p_box), p_query_text, true
        )
        SELECT tstzrange(min(lower(during)), max(upper(during)), '[)'),
               -- Closing means: here is the last evidence, and nobody has later evidence in an event still open.
               p_is_open OR coalesce(bool_or(is_open AND upper(during) > upper(v_during)), false),
               (array_agg(start_error ORDER BY lower(during), is_new DESC))[1],
               (array_agg(end_error ORDER BY upper(during) DESC, is_new DESC))[1],
               max(score),
               max(anomaly_score),
               (array_agg(description ORDER BY score DESC, is_new DESC) FILTER (WHERE description IS NOT NULL))[1],
               (array_agg(description_origin ORDER BY score DESC, is_new DESC) FILTER (WHERE description IS NOT NULL))[1],
               (array_agg(box ORDER BY score DESC, is_new DESC) FILTER (WHERE box IS NOT NULL))[1],
               (array_agg(query_text ORDER BY is_new DESC) FILTER (WHERE query_text IS NOT NULL))[1]
        INTO v_after.during, v_after.is_open, v_after.start_error, v_after.end_error, v_after.score,
             v_after.anomaly_score, v_after.description, v_after.description_origin, v_after.box, v_after.query_text
        FROM piece;

        UPDATE alertd.event_key k SET event_id = v_old[1] WHERE k.event_id = ANY (v_old[2:]);
        DELETE FROM alertd.event e WHERE e.id = ANY (v_old[2:]);
        PERFORM alertd.emit_change(absorbed, v_kind, 'close') FROM unnest(v_old[2:]) AS absorbed;

        UPDATE alertd.event e
        SET during = v_after.during, is_open = v_after.is_open, start_error = v_after.start_error,
            end_error = v_after.end_error, score = v_after.score, anomaly_score = v_after.anomaly_score,
            description = v_after.description, description_origin = v_after.description_origin, box = v_after.box,
            query_text = v_after.query_text, updated_at = now()
        WHERE e.id = v_old[1]
          AND (e.during, e.is_open, e.start_error, e.end_error, e.score, e.anomaly_score, e.description,
               e.description_origin, e.box, e.query_text)
              IS DISTINCT FROM
              (v_after.during, v_after.is_open, v_after.start_error, v_after.end_error, v_after.score,
               v_after.anomaly_score, v_after.description, v_after.description_origin, v_after.box,
               v_after.query_text);
        change := CASE
            WHEN NOT FOUND THEN 'none'
            WHEN v_was_open AND NOT v_after.is_open THEN 'close'
            WHEN v_after.is_open AND NOT v_was_open THEN 'open'
            ELSE 'update'
        END;
        IF change <> 'none' THEN
            PERFORM alertd.emit_change(event_id, v_kind, change);
        END IF;
    END IF;

    INSERT INTO alertd.event_key (camera_id, key, event_id) VALUES (v_camera_id, p_key, record_event.event_id);
END;
$$;
COMMENT ON FUNCTION alertd.record_event IS 'The only writer of events. A span that overlaps events of the same camera and source is merged with them: nothing is dropped, nothing is told twice. A key seen before for that camera changes nothing. p_replaces is how the keys of all tellings of the same thing begin: what they told gives way to this one, unless other evidence has joined it. change is open, update, close or none.';

CREATE FUNCTION alertd.close_open_events(p_camera text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_closed bigint;
BEGIN
    PERFORM alertd.writer_lock();
    WITH closed AS (
        UPDATE alertd.event e SET is_open = false, updated_at = now()
        FROM alertd.camera c
        WHERE c.id = e.camera_id AND c.name = p_camera AND e.is_open
        RETURNING e.id, e.kind
    ), told AS (
        SELECT alertd.emit_change(id, kind, 'close') FROM (SELECT * FROM closed ORDER BY id) AS ordered
    )
    SELECT count(*) INTO v_closed FROM told;
    RETURN v_closed;
END;
$$;
COMMENT ON FUNCTION alertd.close_open_events IS 'Closes a camera''s open events at their last evidence: what a daemon does at its start for the one that was killed before it. Returns how many.';

REVOKE ALL ON FUNCTION alertd.emit_change, alertd.writer_lock, alertd.record_event, alertd.close_open_events FROM PUBLIC;

-- Coverage -----------------------------------------------------------------------------------------------------------

CREATE TABLE alertd.coverage (
    camera_id integer   NOT NULL REFERENCES alertd.camera,
    during    tstzrange NOT NULL,
    CONSTRAINT coverage_span_is_finite CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during) AND isfinite(lower(during)) AND isfinite(upper(during))),
    CONSTRAINT coverage_is_told_once EXCLUDE USING gist (camera_id WITH =, during WITH &&)
);
COMMENT ON TABLE alertd.coverage IS 'When each camera was really watched: spans whose encodings are on disk. What lies between them was not watched. Written only by record_coverage.';
COMMENT ON COLUMN alertd.coverage.during IS '[start, end), from the first frame of an unbroken stretch to the last one that is durable.';

CREATE FUNCTION alertd.record_coverage(p_camera text, p_start timestamptz, p_end timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer;
    v_during    tstzrange := tstzrange(p_start, p_end, '[)');
    v_rows      bigint;
    v_whole     tstzrange;
BEGIN
    IF isempty(v_during) THEN
        RETURN;
    END IF;
    -- One writer a camera: the row lock also keeps two spans that touch from missing each other.
    SELECT c.id INTO v_camera_id FROM alertd.camera c WHERE c.name = p_camera FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO alertd.camera (name) VALUES (p_camera)
        ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id INTO v_camera_id;
    END IF;

    SELECT count(*), range_merge(range_agg(k.during) + v_during::tstzmultirange) INTO v_rows, v_whole
    FROM alertd.coverage k
    WHERE k.camera_id = v_camera_id AND (k.during && v_during OR k.during -|- v_during);

    IF v_rows = 1 THEN
        UPDATE alertd.coverage k SET during = v_whole
        WHERE k.camera_id = v_camera_id AND (k.during && v_during OR k.during -|- v_during) AND k.during <> v_whole;
    ELSE
        DELETE FROM alertd.coverage k
        WHERE k.camera_id = v_camera_id AND (k.during && v_during OR k.during -|- v_during);
        INSERT INTO alertd.coverage (camera_id, during) VALUES (v_camera_id, coalesce(v_whole, v_during));
    END IF;
END;
$$;
COMMENT ON FUNCTION alertd.record_coverage IS 'Says that a camera was watched in [p_start, p_end). Spans that overlap or touch become one; saying it twice changes nothing.';

CREATE FUNCTION alertd.coverage_gaps(camera text, "from" timestamptz, "to" timestamptz)
RETURNS TABLE (during tstzrange, reason text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gap AS (
        SELECT tstzmultirange(tstzrange("from", "to", '[)'))
               - coalesce(range_agg(k.during) FILTER (WHERE k.during && tstzrange("from", "to", '[)')), '{}') AS gaps
        FROM alertd.camera c LEFT JOIN alertd.coverage k ON k.camera_id = c.id
        WHERE c.name = coverage_gaps.camera
        GROUP BY c.id
    ), blind AS (
        SELECT split_part(e.source, ':', 2) AS reason, range_agg(e.during) AS during
        FROM alertd.event e JOIN alertd.camera c ON c.id = e.camera_id
        WHERE c.name = coverage_gaps.camera AND e.kind = 'blind' AND e.during && tstzrange("from", "to", '[)')
        GROUP BY 1
    ), piece AS (
        SELECT unnest(gap.gaps * blind.during) AS during, blind.reason FROM gap, blind
        UNION ALL
        SELECT unnest(gap.gaps - coalesce((SELECT range_agg(b) FROM blind, unnest(blind.during) AS b), '{}')),
               'not_running'
        FROM gap
    )
    SELECT piece.during, piece.reason FROM piece ORDER BY lower(piece.during), piece.reason;
END;
COMMENT ON FUNCTION alertd.coverage_gaps IS 'When a camera was not watched in [from, to), and why: the reason of the blind event at that time (no_stream, frozen, covered, defocused, moved), or not_running where there is none: alertd did not run, or had not been told of the camera.';

-- Standing queries ---------------------------------------------------------------------------------------------------

CREATE TABLE alertd.query (
    name                  text             NOT NULL COLLATE "C" PRIMARY KEY,
    text                  text             NOT NULL,
    cameras               text[]           NOT NULL DEFAULT '{}',
    zone                  text,
    active                text,
    alarm_ceiling_per_day double precision NOT NULL DEFAULT 1,
    is_enabled            boolean          NOT NULL DEFAULT true,
    origin                text             NOT NULL,
    created_at            timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT query_name_is_safe CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$'),
    CONSTRAINT query_text_is_there CHECK (text ~ '[^[:space:]]' AND octet_length(text) <= 1900),
    CONSTRAINT query_ceiling_is_possible CHECK (alarm_ceiling_per_day > 0 AND alarm_ceiling_per_day < 'Infinity'),
    CONSTRAINT query_origin_is_known CHECK (origin IN ('file', 'command'))
);
COMMENT ON TABLE alertd.query IS 'Sentences that cameras are watched for. Those of the configuration file are copied here when the daemon starts, so that one list shows all.';
COMMENT ON COLUMN alertd.query.cameras               IS 'Names of the cameras it is watched on; empty means all.';
COMMENT ON COLUMN alertd.query.zone                  IS 'Zone of those cameras that it is bound to; null for the whole picture.';
COMMENT ON COLUMN alertd.query.active                IS 'Part of the day in which it is watched, HH:MM-HH:MM; null for all day.';
COMMENT ON COLUMN alertd.query.alarm_ceiling_per_day IS 'Most false alarms a day on footage without the queried thing.';
COMMENT ON COLUMN alertd.query.is_enabled            IS 'Whether it is watched.';
COMMENT ON COLUMN alertd.query.origin                IS 'file: from the configuration file, and changed only there. command: added by command or page.';

REVOKE ALL ON FUNCTION alertd.record_coverage, alertd.coverage_gaps FROM PUBLIC;

-- The contract -------------------------------------------------------------------------------------------------------

CREATE VIEW alertd.v_cameras WITH (security_barrier) AS
SELECT c.name, c.created_at
FROM alertd.camera c;
COMMENT ON VIEW alertd.v_cameras IS 'The cameras alertd knows, also those that have left the configuration.';
COMMENT ON COLUMN alertd.v_cameras.name       IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_cameras.created_at IS 'When alertd first heard of it.';

CREATE VIEW alertd.v_events WITH (security_barrier) AS
SELECT e.id,
       c.name AS camera,
       e.kind,
       CASE WHEN e.kind <> 'query' THEN substr(e.source, strpos(e.source, ':') + 1) END AS reason,
       CASE WHEN e.kind = 'query' THEN substr(e.source, strpos(e.source, ':') + 1) END AS query,
       e.query_text,
       e.during,
       e.is_open AS open,
       e.start_error,
       e.end_error,
       e.score,
       e.anomaly_score,
       e.description,
       e.description_origin,
       e.clock,
       e.box,
       e.created_at,
       e.updated_at
FROM alertd.event e JOIN alertd.camera c ON c.id = e.camera_id;
COMMENT ON VIEW alertd.v_events IS 'What happened: one row per event, merged so that no two rows of one camera and source overlap.';
COMMENT ON COLUMN alertd.v_events.id                 IS 'Number of the event; stays while the event is extended.';
COMMENT ON COLUMN alertd.v_events.camera             IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_events.kind               IS 'query, anomaly or blind.';
COMMENT ON COLUMN alertd.v_events.reason             IS 'The anomaly''s lane, or why the camera was blind: no_stream, frozen, covered, defocused, moved. Null for a query.';
COMMENT ON COLUMN alertd.v_events.query              IS 'The query''s name (its text, if it was asked once); null unless kind is query.';
COMMENT ON COLUMN alertd.v_events.query_text         IS 'The sentence looked for; null unless kind is query.';
COMMENT ON COLUMN alertd.v_events.during             IS '[start, end); end is the last evidence so far while the event is open.';
COMMENT ON COLUMN alertd.v_events.open               IS 'Whether evidence may still extend it.';
COMMENT ON COLUMN alertd.v_events.start_error        IS 'How far the start may be off, in seconds.';
COMMENT ON COLUMN alertd.v_events.end_error          IS 'How far the end may be off, in seconds.';
COMMENT ON COLUMN alertd.v_events.score              IS 'How well the span fits its source; for a query, a probability.';
COMMENT ON COLUMN alertd.v_events.anomaly_score      IS 'Highest anomaly score inside the span, if one was computed.';
COMMENT ON COLUMN alertd.v_events.description        IS 'One or more sentences for people.';
COMMENT ON COLUMN alertd.v_events.description_origin IS 'Who wrote them: template, or the name of a model.';
COMMENT ON COLUMN alertd.v_events.clock              IS 'Where the times come from: file (the recording''s own), camera (its sender reports), arrival (this machine''s clock), unset (this machine''s clock, known to be wrong).';
COMMENT ON COLUMN alertd.v_events.box                IS 'Where in the picture: [left, top, right, bottom] in fractions of its width and height.';
COMMENT ON COLUMN alertd.v_events.created_at         IS 'When the event was first written.';
COMMENT ON COLUMN alertd.v_events.updated_at         IS 'When it last changed.';

CREATE VIEW alertd.v_anomalies WITH (security_barrier) AS
SELECT c.name AS camera,
       substr(s.lane, strpos(s.lane, ':') + 1) AS lane,
       s.at,
       s.value AS score,
       s.p_value,
       s.explanation
FROM alertd.score s JOIN alertd.camera c ON c.id = s.camera_id
WHERE s.lane LIKE 'anomaly:%';
COMMENT ON VIEW alertd.v_anomalies IS 'How unusual each analysed frame was, for its camera and hour.';
COMMENT ON COLUMN alertd.v_anomalies.camera      IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_anomalies.lane        IS 'What was compared: normality, …';
COMMENT ON COLUMN alertd.v_anomalies.at          IS 'Presentation time of the frame.';
COMMENT ON COLUMN alertd.v_anomalies.score       IS 'The raw score; comparable within one camera and lane only.';
COMMENT ON COLUMN alertd.v_anomalies.p_value     IS 'How often this camera''s normal footage scores as high; null until it is calibrated.';
COMMENT ON COLUMN alertd.v_anomalies.explanation IS 'What the frame was compared with, for people.';

CREATE VIEW alertd.v_coverage WITH (security_barrier) AS
SELECT c.name AS camera, range_agg(k.during) AS watched
FROM alertd.coverage k JOIN alertd.camera c ON c.id = k.camera_id
GROUP BY c.name;
COMMENT ON VIEW alertd.v_coverage IS 'When each camera was really watched. What is not in it was not watched: no event there means nothing.';
COMMENT ON COLUMN alertd.v_coverage.camera  IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_coverage.watched IS 'The watched spans as one multirange; watched @> x says whether x was watched without a gap.';

CREATE VIEW alertd.v_queries WITH (security_barrier) AS
SELECT q.name, q.text, q.cameras, q.zone, q.active, q.alarm_ceiling_per_day, q.is_enabled AS enabled, q.origin,
       q.created_at
FROM alertd.query q;
COMMENT ON VIEW alertd.v_queries IS 'The standing queries.';
COMMENT ON COLUMN alertd.v_queries.name                  IS 'The query''s name.';
COMMENT ON COLUMN alertd.v_queries.text                  IS 'The sentence looked for.';
COMMENT ON COLUMN alertd.v_queries.cameras               IS 'Names of the cameras it is watched on; empty means all.';
COMMENT ON COLUMN alertd.v_queries.zone                  IS 'Zone that it is bound to; null for the whole picture.';
COMMENT ON COLUMN alertd.v_queries.active                IS 'Part of the day in which it is watched; null for all day.';
COMMENT ON COLUMN alertd.v_queries.alarm_ceiling_per_day IS 'Most false alarms a day on footage without the queried thing.';
COMMENT ON COLUMN alertd.v_queries.enabled               IS 'Whether it is watched.';
COMMENT ON COLUMN alertd.v_queries.origin                IS 'file or command: where it can be changed.';
COMMENT ON COLUMN alertd.v_queries.created_at            IS 'When it was first known.';

INSERT INTO alertd.schema_version (version, name) VALUES (1, 'initial');
