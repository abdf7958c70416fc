-- alertd: what is kept about cameras. PostgreSQL 15 and later.
--
-- Everything lives in the schema alertd. The views v_… are the contract; the tables are private and may change with any
-- release. Times are timestamptz, spans are half-open tstzranges [start, end). Applied by `alertd db migrate`, or by hand:
--     psql -1 -v ON_ERROR_STOP=1 -f schema.sql

-- Roles belong to the whole server, so they may be there already, and whoever migrates may not be allowed to make them.
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['alertd_rw', 'alertd_ro'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = v_role);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of this server was migrated in the same moment
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'role % does not exist and % may not create roles', v_role, current_user
                USING ERRCODE = 'insufficient_privilege',
                      DETAIL = 'let an administrator run once: CREATE ROLE alertd_rw NOLOGIN; CREATE ROLE alertd_ro NOLOGIN;';
        END;
    END LOOP;
END;
$$;

CREATE SCHEMA alertd;
COMMENT ON SCHEMA alertd IS 'alertd: cameras, what happened in front of them, and how unusual it was. Read the views v_…; the tables are private.';

-- Lets one exclusion constraint speak of equal cameras and overlapping spans. A trusted extension: no superuser needed.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA alertd;

-- Finds words in descriptions although they are misspelt. Trusted too.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA alertd;

CREATE TABLE alertd.schema_version (
    version    integer     PRIMARY KEY,
    name       text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE alertd.schema_version IS 'One row per migration applied. The highest version is the schema''s; alertd refuses to start on one it does not know.';
COMMENT ON COLUMN alertd.schema_version.version    IS 'Number of the migration, counted from 1 without gaps.';
COMMENT ON COLUMN alertd.schema_version.name       IS 'Name of its file, migrations/NNN_name.sql.';
COMMENT ON COLUMN alertd.schema_version.applied_at IS 'When it was committed.';

CREATE FUNCTION alertd.this_node() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(current_setting('alertd.node', true), '');
COMMENT ON FUNCTION alertd.this_node IS 'Name of the node that asks, as its sessions set it (alertd.node); empty where one machine does everything.';

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

CREATE TABLE alertd.camera_lease (
    camera_id  integer   NOT NULL REFERENCES alertd.camera,
    token      bigint    NOT NULL,
    holder     text      NOT NULL COLLATE "C",
    held       tstzrange NOT NULL,
    is_current boolean   NOT NULL,
    PRIMARY KEY (camera_id, token),
    CONSTRAINT camera_lease_token_is_positive CHECK (token > 0),
    CONSTRAINT camera_lease_span_is_finite CHECK (
        NOT isempty(held) AND NOT lower_inf(held) AND NOT upper_inf(held) AND lower_inc(held) AND NOT upper_inc(held)),
    CONSTRAINT camera_lease_is_held_once EXCLUDE USING gist (camera_id WITH =, held WITH &&)
);
CREATE UNIQUE INDEX camera_lease_current ON alertd.camera_lease (camera_id) WHERE is_current;
COMMENT ON TABLE alertd.camera_lease IS 'Which node watches a camera, where several share one database, and which did. All times are this server''s. Written by lease_round, and extended by lease_standings.';
COMMENT ON COLUMN alertd.camera_lease.token      IS 'Grows with every change of holder: what is written under an older one comes from a holder that has lost the camera.';
COMMENT ON COLUMN alertd.camera_lease.holder     IS 'Name of the node.';
COMMENT ON COLUMN alertd.camera_lease.held       IS 'From when until when it is held; the holder extends the end before it comes, or cuts it when it lets go.';
COMMENT ON COLUMN alertd.camera_lease.is_current IS 'Whether nobody has taken the camera since, be it held or not.';

CREATE TABLE alertd.node (
    name       text        NOT NULL COLLATE "C" PRIMARY KEY,
    machine    text        NOT NULL,
    address    text,
    cameras    text[]      NOT NULL,
    digest     bytea       NOT NULL,
    joined_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    seen_until timestamptz NOT NULL,
    CONSTRAINT node_name_is_safe CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$')
);
COMMENT ON TABLE alertd.node IS 'The daemons that share this database. Written by lease_round.';
COMMENT ON COLUMN alertd.node.machine    IS 'Identifies its state directory, so that two daemons cannot pass for one.';
COMMENT ON COLUMN alertd.node.address    IS 'Where the other nodes reach its HTTP service; null when they do not.';
COMMENT ON COLUMN alertd.node.cameras    IS 'Names of the cameras in its configuration.';
COMMENT ON COLUMN alertd.node.digest     IS 'SHA-256 of its cameras and queries, secrets left out: equal for equal files.';
COMMENT ON COLUMN alertd.node.joined_at  IS 'Since when it has been there without a break.';
COMMENT ON COLUMN alertd.node.seen_at    IS 'When it last asked for leases.';
COMMENT ON COLUMN alertd.node.seen_until IS 'Until when it counts as alive, unless it asks again.';

CREATE TABLE alertd.camera_grant (
    reader     name        NOT NULL,
    camera_id  integer     REFERENCES alertd.camera,
    granted_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (reader, camera_id)
);
COMMENT ON TABLE alertd.camera_grant IS 'Which role may see which camera. Kept by name, so that a dump can be restored on another server: revoke before a role is dropped. Written by grant_camera and revoke_camera.';
COMMENT ON COLUMN alertd.camera_grant.reader     IS 'Name of the role; its members see the camera too.';
COMMENT ON COLUMN alertd.camera_grant.camera_id  IS 'The camera; null means every one, also those to come.';
COMMENT ON COLUMN alertd.camera_grant.granted_at IS 'Since when.';

CREATE TABLE alertd.erasure (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    camera_id integer     NOT NULL REFERENCES alertd.camera,
    during    tstzrange   NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    events    bigint      NOT NULL,
    scores    bigint      NOT NULL,
    CONSTRAINT erasure_span_is_finite CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during))
);
CREATE INDEX erasure_during ON alertd.erasure USING gist (camera_id, during);
COMMENT ON TABLE alertd.erasure IS 'Tombstones: what was erased on request. Nothing of such a span is stored again, neither from a spool nor from a recording that is ingested once more.';
COMMENT ON COLUMN alertd.erasure.during    IS 'The span that was erased.';
COMMENT ON COLUMN alertd.erasure.erased_at IS 'When.';
COMMENT ON COLUMN alertd.erasure.events    IS 'How many events were erased.';
COMMENT ON COLUMN alertd.erasure.scores    IS 'How many values of curves were erased.';

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
    explanation        jsonb,
    created_at         timestamptz      NOT NULL DEFAULT now(),
    updated_at         timestamptz      NOT NULL DEFAULT now(),
    started_at         timestamptz      NOT NULL GENERATED ALWAYS AS (lower(during)) STORED,
    ended_at           timestamptz      NOT NULL GENERATED ALWAYS AS (upper(during)) STORED,
    words              tsvector         GENERATED ALWAYS AS (to_tsvector('pg_catalog.english', description)) STORED,
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
    CONSTRAINT event_explanation_is_an_object CHECK (jsonb_typeof(explanation) = 'object'),
    CONSTRAINT event_is_told_once EXCLUDE USING gist (camera_id WITH =, source WITH =, during WITH &&)
);
CREATE INDEX event_started ON alertd.event (started_at, id);
CREATE INDEX event_ended ON alertd.event (ended_at);
CREATE INDEX event_words ON alertd.event USING gin (words);
CREATE INDEX event_letters ON alertd.event USING gin (description alertd.gin_trgm_ops);
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
COMMENT ON COLUMN alertd.event.started_at         IS 'The start of during, to be compared with = < >: the one comparison that a view with a security barrier can answer from an index.';
COMMENT ON COLUMN alertd.event.ended_at           IS 'The end of during, for the same reason.';
COMMENT ON COLUMN alertd.event.words              IS 'The stems of the words of description.';
COMMENT ON COLUMN alertd.event.box                IS 'Where in the picture: [left, top, right, bottom] in fractions of its width and height.';
COMMENT ON COLUMN alertd.event.explanation        IS 'Why it is an anomaly, or by what level a query was watched for, as docs/ref/sql.md says; null for what is blind, and for a query in a recording.';

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

CREATE TABLE alertd.verdict (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id bigint      NOT NULL REFERENCES alertd.event ON DELETE CASCADE,
    verdict  text        NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT verdict_is_known CHECK (verdict IN ('normal', 'incident'))
);
CREATE INDEX verdict_event ON alertd.verdict (event_id, id);
COMMENT ON TABLE alertd.verdict IS 'What people said about events, the last one of an event counts. Ids follow the order of commits, so that a daemon that knows the last id it took misses none. Written by record_verdict.';
COMMENT ON COLUMN alertd.verdict.event_id IS 'The event; the one that it was merged into, if it was.';
COMMENT ON COLUMN alertd.verdict.verdict  IS 'normal: it was nothing. incident: it was what it looked like.';
COMMENT ON COLUMN alertd.verdict.given_at IS 'When.';

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

-- Scores and the index of encodings, by day -------------------------------------------------------------------------

-- No foreign key to camera: cameras are never deleted, and a check for every one of a million rows an hour costs more
-- than it finds. The same holds for encoding_minute.
CREATE TABLE alertd.score (
    camera_id   integer          NOT NULL,
    lane        text             NOT NULL COLLATE "C",
    at          timestamptz      NOT NULL,
    value       double precision NOT NULL,
    p_value     double precision,
    explanation text,
    PRIMARY KEY (camera_id, lane, at),
    CONSTRAINT score_lane_is_known CHECK (lane ~ '^(query|anomaly):.' AND octet_length(lane) <= 2000),
    CONSTRAINT score_is_finite CHECK (value > '-Infinity' AND value < 'Infinity' AND isfinite(at)),
    CONSTRAINT score_p_value_is_a_probability CHECK (p_value BETWEEN 0 AND 1)
) PARTITION BY RANGE (at);
COMMENT ON TABLE alertd.score IS 'One value per analysed frame and lane: the curves from which events are cut. One partition per UTC day, made by ensure_days.';
COMMENT ON COLUMN alertd.score.lane        IS 'anomaly:LANE, or query:NAME for the similarity to a query.';
COMMENT ON COLUMN alertd.score.at          IS 'Presentation time of the frame.';
COMMENT ON COLUMN alertd.score.value       IS 'The raw score; comparable within one camera and lane only.';
COMMENT ON COLUMN alertd.score.p_value     IS 'How often this camera''s normal footage scores as high; null until it is calibrated.';
COMMENT ON COLUMN alertd.score.explanation IS 'What the frame was compared with, for people.';

CREATE TABLE alertd.encoding_minute (
    camera_id integer          NOT NULL,
    encoder   bytea            NOT NULL,
    minute    timestamptz      NOT NULL,
    frames    integer          NOT NULL,
    looks     integer          NOT NULL,
    stills    integer          NOT NULL,
    radius    double precision NOT NULL,
    file      text             NOT NULL,
    position  bigint           NOT NULL,
    bytes     bigint           NOT NULL,
    node      text             NOT NULL COLLATE "C" DEFAULT alertd.this_node(),
    PRIMARY KEY (camera_id, encoder, minute, node),
    CONSTRAINT encoding_minute_counts_are_right CHECK (
        frames > 0 AND looks >= frames AND stills >= 0 AND stills < frames AND position >= 0 AND bytes > 0),
    CONSTRAINT encoding_minute_radius_is_finite CHECK (radius >= 0 AND radius < 'Infinity'),
    CONSTRAINT encoding_minute_is_a_minute CHECK (isfinite(minute) AND extract(epoch FROM minute)::bigint % 60 = 0)
) PARTITION BY RANGE (minute);
CREATE INDEX encoding_minute_node ON alertd.encoding_minute (node, camera_id, minute) WHERE node <> '';
COMMENT ON TABLE alertd.encoding_minute IS 'Where the encodings of each minute are. The vectors themselves are in files on the machine that watched; a row can be made again from its file. One partition per UTC day, made by ensure_days.';
COMMENT ON COLUMN alertd.encoding_minute.encoder  IS 'Digest of the encoder that made the vectors.';
COMMENT ON COLUMN alertd.encoding_minute.minute   IS 'Beginning of the minute.';
COMMENT ON COLUMN alertd.encoding_minute.frames   IS 'Frames encoded.';
COMMENT ON COLUMN alertd.encoding_minute.looks    IS 'Vectors of those frames.';
COMMENT ON COLUMN alertd.encoding_minute.stills   IS 'Frames stored as a repetition of the frame before.';
COMMENT ON COLUMN alertd.encoding_minute.radius   IS 'Largest distance of a vector from the minute''s mean vector.';
COMMENT ON COLUMN alertd.encoding_minute.file     IS 'The file, below the folder encodings of the state directory.';
COMMENT ON COLUMN alertd.encoding_minute.position IS 'Where in the file the minute''s first record begins.';
COMMENT ON COLUMN alertd.encoding_minute.bytes    IS 'Bytes of its records.';
COMMENT ON COLUMN alertd.encoding_minute.node     IS 'The node that has the file; empty where one machine does everything.';

CREATE TABLE alertd.day_partition (
    parent  text        NOT NULL COLLATE "C",
    day     date        NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (parent, day)
);
COMMENT ON TABLE alertd.day_partition IS 'The partitions that exist. Written by ensure_days and expire_days.';
COMMENT ON COLUMN alertd.day_partition.parent  IS 'score or encoding_minute.';
COMMENT ON COLUMN alertd.day_partition.day     IS 'The UTC day that the partition holds.';
COMMENT ON COLUMN alertd.day_partition.made_at IS 'When it was made.';

CREATE TABLE alertd.camera_day (
    parent     text        NOT NULL COLLATE "C",
    day        date        NOT NULL,
    camera_id  integer     NOT NULL REFERENCES alertd.camera,
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (parent, day, camera_id),
    FOREIGN KEY (parent, day) REFERENCES alertd.day_partition ON DELETE CASCADE
);
COMMENT ON TABLE alertd.camera_day IS 'When rows of a camera and day were last written. Retention counts from then, so that a recording of long ago is kept as long after its ingest as a live picture.';
COMMENT ON COLUMN alertd.camera_day.written_at IS 'When rows were last written.';

CREATE FUNCTION alertd.ensure_days(p_parent text, p_camera text, p_days date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer;
    v_day       date;
    v_name      text;
BEGIN
    IF p_parent IS NULL OR p_parent NOT IN ('score', 'encoding_minute') THEN
        RAISE EXCEPTION 'there is no table by days called %', p_parent USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT c.id INTO v_camera_id FROM alertd.camera c WHERE c.name = p_camera;
    IF NOT FOUND THEN
        INSERT INTO alertd.camera (name) VALUES (p_camera) ON CONFLICT (name) DO NOTHING;
        SELECT c.id INTO STRICT v_camera_id FROM alertd.camera c WHERE c.name = p_camera;
    END IF;
    FOR v_day IN SELECT DISTINCT d FROM unnest(p_days) AS d ORDER BY d LOOP
        IF v_day NOT BETWEEN '0001-01-01' AND '9999-12-30' THEN
            RAISE EXCEPTION 'the day % lies outside the years 1 to 9999', v_day USING ERRCODE = 'datetime_field_overflow';
        END IF;
        IF NOT EXISTS (SELECT FROM alertd.day_partition p WHERE p.parent = p_parent AND p.day = v_day) THEN
            -- Attaching asks less of the parent than creating in place: readers and writers go on.
            PERFORM pg_advisory_xact_lock(8750, 2);
            INSERT INTO alertd.day_partition (parent, day) VALUES (p_parent, v_day) ON CONFLICT DO NOTHING;
            IF FOUND THEN
                v_name := p_parent || to_char(v_day, '_YYYYMMDD');
                EXECUTE format('CREATE TABLE alertd.%I (LIKE alertd.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name, p_parent);
                EXECUTE format(
                    'ALTER TABLE alertd.%I ATTACH PARTITION alertd.%I FOR VALUES FROM (%L) TO (%L)', p_parent, v_name,
                    to_char(v_day, 'YYYY-MM-DD') || ' 00:00:00+00', to_char(v_day + 1, 'YYYY-MM-DD') || ' 00:00:00+00');
            END IF;
        END IF;
        INSERT INTO alertd.camera_day AS d (parent, day, camera_id) VALUES (p_parent, v_day, v_camera_id)
        ON CONFLICT (parent, day, camera_id) DO UPDATE SET written_at = excluded.written_at
        WHERE d.written_at < excluded.written_at - interval '1 minute';
    END LOOP;
END;
$$;
COMMENT ON FUNCTION alertd.ensure_days IS 'Makes the partitions of score or encoding_minute for these UTC days, whichever they are, and notes that the camera writes to them now. To be committed before the rows are written.';

CREATE FUNCTION alertd.expire_days(p_parent text, p_camera text, p_keep interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
    v_column text := CASE p_parent WHEN 'score' THEN 'at' WHEN 'encoding_minute' THEN 'minute' END;
    v_camera integer := (SELECT c.id FROM alertd.camera c WHERE c.name = p_camera);
    v_day    date;
    v_count  bigint := 0;
BEGIN
    IF v_column IS NULL OR p_keep IS NULL OR p_keep < interval '0' THEN
        RAISE EXCEPTION 'cannot expire % after %', p_parent, p_keep USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(8750, 2);
    FOR v_day IN
        SELECT d.day FROM alertd.camera_day d
        WHERE d.parent = p_parent AND d.camera_id = v_camera AND d.written_at < now() - p_keep ORDER BY d.day
    LOOP
        DELETE FROM alertd.camera_day d WHERE d.parent = p_parent AND d.camera_id = v_camera AND d.day = v_day;
        v_count := v_count + 1;
        IF EXISTS (SELECT FROM alertd.camera_day d WHERE d.parent = p_parent AND d.day = v_day) THEN
            EXECUTE format(
                'DELETE FROM alertd.%I WHERE camera_id = $1 AND %I >= $2 AND %I < $3', p_parent, v_column, v_column)
            USING v_camera, v_day::timestamp AT TIME ZONE 'UTC', (v_day + 1)::timestamp AT TIME ZONE 'UTC';
        END IF;
    END LOOP;
    -- A partition that nobody needs any more is dropped; one made in the last hour may be about to be filled.
    FOR v_day IN
        DELETE FROM alertd.day_partition p
        WHERE p.parent = p_parent AND p.made_at < now() - interval '1 hour'
          AND NOT EXISTS (SELECT FROM alertd.camera_day d WHERE d.parent = p.parent AND d.day = p.day)
        RETURNING p.day
    LOOP
        EXECUTE format('DROP TABLE alertd.%I', p_parent || to_char(v_day, '_YYYYMMDD'));
    END LOOP;
    RETURN v_count;
END;
$$;
COMMENT ON FUNCTION alertd.expire_days IS 'Retention of score or encoding_minute for one camera: forgets its days that were last written longer than p_keep ago, and drops the partitions that no camera needs any more. Gives up after two seconds when a reader holds on to them. Returns how many days of the camera went.';

CREATE FUNCTION alertd.expire_events(p_camera text, p_keep interval) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_count bigint;
BEGIN
    IF p_keep IS NULL OR p_keep < interval '0' THEN
        RAISE EXCEPTION 'cannot expire events after %', p_keep USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM alertd.writer_lock();
    WITH gone AS (
        DELETE FROM alertd.event e USING alertd.camera c
        WHERE c.id = e.camera_id AND c.name = p_camera AND NOT e.is_open
          AND greatest(e.ended_at, e.updated_at) < now() - p_keep
        RETURNING e.id
    ), untold AS (
        DELETE FROM alertd.outbox o USING gone WHERE o.event_id = gone.id
    ), unsent AS (
        DELETE FROM alertd.notification n USING gone WHERE gone.id = ANY (n.event_ids)
    )
    SELECT count(*) INTO v_count FROM gone;
    RETURN v_count;
END;
$$;
COMMENT ON FUNCTION alertd.expire_events IS 'Retention of events for one camera: forgets those that ended, and were last changed, longer than p_keep ago. Returns how many.';

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
    p_box double precision[], p_key text, p_replaces text DEFAULT NULL, p_explanation text DEFAULT NULL,
    p_standing text DEFAULT 'holder', OUT event_id bigint, OUT change text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer;
    v_during    tstzrange := tstzrange(p_start, greatest(p_end, p_start + interval '1 millisecond'), '[)');
    v_kind      text := split_part(p_source, ':', 1);
    v_opens     boolean := p_is_open AND p_standing = 'holder';  -- nobody would close what another leaves open
    v_own       bigint;          -- the event that earlier tellings of the same thing made, and nothing else is part of
    v_old       bigint[];        -- that one and the events this one overlaps; the first lives on
    v_was_open  boolean;         -- whether that first one was open
    v_left      tstzmultirange;  -- what of the span was not erased
    v_after     alertd.event;
BEGIN
    PERFORM alertd.writer_lock();

    -- That one node saw nothing while another watched says nothing of the camera.
    IF p_standing = 'witness' AND v_kind = 'blind' THEN
        event_id := 0;
        change := 'none';
        RETURN;
    END IF;

    SELECT c.id INTO v_camera_id FROM alertd.camera c WHERE c.name = p_camera;
    IF NOT FOUND THEN
        INSERT INTO alertd.camera (name) VALUES (p_camera) RETURNING id INTO v_camera_id;
    END IF;

    -- What was erased is not told again; of a span that goes on afterwards the rest is, without words about the whole.
    SELECT tstzmultirange(v_during) - range_agg(x.during) INTO v_left
    FROM alertd.erasure x WHERE x.camera_id = v_camera_id AND x.during && v_during;
    IF v_left = '{}' THEN
        event_id := 0;
        change := 'none';
        RETURN;
    ELSIF v_left IS NOT NULL THEN
        v_during := (SELECT r FROM unnest(v_left) AS r ORDER BY r DESC LIMIT 1);
        p_description := NULL;
        p_description_origin := NULL;
        p_box := NULL;
        p_explanation := NULL;
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
            description, description_origin, clock, box, explanation)
        VALUES (
            v_camera_id, p_source, p_query_text, v_during, v_opens, p_start_error, p_end_error, p_score,
            p_anomaly_score, p_description, p_description_origin, p_clock, to_jsonb(p_box), p_explanation::jsonb)
        RETURNING id INTO event_id;
        change := 'open';
        PERFORM alertd.emit_change(event_id, v_kind, 'open');
        IF NOT v_opens THEN
            PERFORM alertd.emit_change(event_id, v_kind, 'close');
        END IF;
    ELSE
        event_id := v_old[1];

        -- The union of the spans, less what this telling replaces. Each edge keeps the error of the piece it comes
        -- from; picture and words come from the piece that scored best; on a tie the new piece wins, since it knows
        -- more.
        WITH piece AS (
            SELECT e.during, e.is_open, e.start_error, e.end_error, e.score, e.anomaly_score, e.description,
                   e.description_origin, e.box, e.explanation, e.query_text, false AS is_new
            FROM alertd.event e WHERE e.id = ANY (v_old) AND e.id IS DISTINCT FROM v_own
            UNION ALL
            SELECT v_during, v_opens, p_start_error, p_end_error, p_score, p_anomaly_score, p_description,
                   p_description_origin, to_jsonb(p_box), p_explanation::jsonb, p_query_text, true
        )
        SELECT tstzrange(min(lower(during)), max(upper(during)), '[)'),
               -- Closing means: here is the last evidence, and nobody has later evidence in an event still open. Only
               -- the holder can say so.
               v_opens OR coalesce(
                   bool_or(is_open AND (upper(during) > upper(v_during) OR p_standing <> 'holder')), false),
               (array_agg(start_error ORDER BY lower(during), is_new DESC))[1],
               (array_agg(end_error ORDER BY upper(during) DESC, is_new DESC))[1],
               max(score),
               max(anomaly_score),
               (array_agg(description ORDER BY score DESC, is_new DESC) FILTER (WHERE description IS NOT NULL))[1],
               (array_agg(description_origin ORDER BY score DESC, is_new DESC) FILTER (WHERE description IS NOT NULL))[1],
               (array_agg(box ORDER BY score DESC, is_new DESC) FILTER (WHERE box IS NOT NULL))[1],
               (array_agg(explanation ORDER BY score DESC, is_new DESC) FILTER (WHERE explanation IS NOT NULL))[1],
               (array_agg(query_text ORDER BY is_new DESC) FILTER (WHERE query_text IS NOT NULL))[1]
        INTO v_after.during, v_after.is_open, v_after.start_error, v_after.end_error, v_after.score,
             v_after.anomaly_score, v_after.description, v_after.description_origin, v_after.box, v_after.explanation,
             v_after.query_text
        FROM piece;

        UPDATE alertd.verdict w SET event_id = v_old[1] WHERE w.event_id = ANY (v_old[2:]);
        -- A model's words stay until it looks again.
        SELECT coalesce(max(d.sentences), v_after.description), coalesce(max(d.model), v_after.description_origin)
        INTO v_after.description, v_after.description_origin
        FROM alertd.description d WHERE d.event_id = v_old[1] AND d.sentences IS NOT NULL;

        UPDATE alertd.event_key k SET event_id = v_old[1] WHERE k.event_id = ANY (v_old[2:]);
        DELETE FROM alertd.event e WHERE e.id = ANY (v_old[2:]);
        PERFORM alertd.emit_change(absorbed, v_kind, 'close') FROM unnest(v_old[2:]) AS absorbed;

        UPDATE alertd.event e
        SET during = v_after.during, is_open = v_after.is_open, start_error = v_after.start_error,
            end_error = v_after.end_error, score = v_after.score, anomaly_score = v_after.anomaly_score,
            description = v_after.description, description_origin = v_after.description_origin, box = v_after.box,
            explanation = v_after.explanation, query_text = v_after.query_text, updated_at = now()
        WHERE e.id = v_old[1]
          AND (e.during, e.is_open, e.start_error, e.end_error, e.score, e.anomaly_score, e.description,
               e.description_origin, e.box, e.explanation, e.query_text)
              IS DISTINCT FROM
              (v_after.during, v_after.is_open, v_after.start_error, v_after.end_error, v_after.score,
               v_after.anomaly_score, v_after.description, v_after.description_origin, v_after.box,
               v_after.explanation, v_after.query_text);
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
COMMENT ON FUNCTION alertd.record_event IS 'The only writer of events. A span that overlaps events of the same camera and source is merged with them: nothing is dropped, nothing is told twice. A key seen before for that camera changes nothing, and nothing is told of a span that was erased (event_id is 0 then; of a span that was erased in part, the last part left is told). p_replaces is how the keys of all tellings of the same thing begin: what they told gives way to this one, unless other evidence has joined it. p_standing is what lease_standings says of a telling''s lease: one that is not its holder''s opens and closes nothing, and a witness''s says nothing of blindness. change is open, update, close or none.';

CREATE FUNCTION alertd.record_verdict(p_event bigint, p_verdict text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind text;
    v_id   bigint;
BEGIN
    PERFORM alertd.writer_lock();
    SELECT e.kind INTO v_kind FROM alertd.event e WHERE e.id = p_event;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO alertd.verdict (event_id, verdict) VALUES (p_event, p_verdict) RETURNING id INTO v_id;
    PERFORM alertd.emit_change(p_event, v_kind, 'update');
    RETURN v_id;
END;
$$;
COMMENT ON FUNCTION alertd.record_verdict IS 'Notes what somebody said about an event, normal or incident, and tells of it. Returns the verdict''s number; null when there is no such event.';

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

CREATE FUNCTION alertd.erase(p_camera text, p_from timestamptz, p_to timestamptz, OUT events bigint, OUT scores bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer := (SELECT c.id FROM alertd.camera c WHERE c.name = p_camera);
    v_span      tstzrange := tstzrange(p_from, p_to, '[)');
BEGIN
    IF v_camera_id IS NULL THEN
        RAISE EXCEPTION 'there is no camera %', p_camera USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM alertd.writer_lock();
    PERFORM pg_advisory_xact_lock(8750, 3);  -- writers of curves hold it shared
    WITH gone AS (
        DELETE FROM alertd.event e WHERE e.camera_id = v_camera_id AND e.during && v_span RETURNING e.id
    ), untold AS (
        DELETE FROM alertd.outbox o USING gone WHERE o.event_id = gone.id
    ), unsent AS (
        DELETE FROM alertd.notification n USING gone WHERE gone.id = ANY (n.event_ids)
    )
    SELECT count(*) INTO events FROM gone;
    WITH gone AS (
        DELETE FROM alertd.score s WHERE s.camera_id = v_camera_id AND s.at >= p_from AND s.at < p_to RETURNING 1
    )
    SELECT count(*) INTO scores FROM gone;
    DELETE FROM alertd.search_hit h WHERE h.camera_id = v_camera_id AND h.during && v_span;
    DELETE FROM alertd.footage f WHERE f.camera_id = v_camera_id AND f.during && v_span;
    DELETE FROM alertd.encoding_minute m
    WHERE m.camera_id = v_camera_id AND m.minute > p_from - interval '1 minute' AND m.minute < p_to;
    INSERT INTO alertd.erasure (camera_id, during, events, scores) VALUES (v_camera_id, v_span, erase.events, erase.scores);
END;
$$;
COMMENT ON FUNCTION alertd.erase IS 'Deletes what is known of a camera and a span, whole events even if they only touch it, and leaves a tombstone. alertd erase calls it, rewrites the tables so that no byte stays in their files, and takes care of the files outside of the database.';

CREATE FUNCTION alertd.grant_camera(p_camera text, p_reader name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer := (SELECT c.id FROM alertd.camera c WHERE c.name = p_camera);
BEGIN
    IF v_camera_id IS NULL AND p_camera IS DISTINCT FROM '*' THEN
        RAISE EXCEPTION 'there is no camera %', p_camera USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = p_reader) THEN
        RAISE EXCEPTION 'there is no role %', p_reader USING ERRCODE = 'undefined_object';
    END IF;
    INSERT INTO alertd.camera_grant (reader, camera_id) VALUES (p_reader, v_camera_id) ON CONFLICT DO NOTHING;
END;
$$;
COMMENT ON FUNCTION alertd.grant_camera IS 'Lets a role, and its members, see a camera through the views; * stands for every camera, also those to come. The role needs membership in alertd_ro as well.';

CREATE FUNCTION alertd.revoke_camera(p_camera text, p_reader name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM alertd.camera_grant g
    WHERE g.reader = p_reader
      AND g.camera_id IS NOT DISTINCT FROM (SELECT c.id FROM alertd.camera c WHERE c.name = p_camera);
    IF NOT FOUND THEN
        RAISE EXCEPTION '% was not granted to %', p_camera, p_reader USING ERRCODE = 'invalid_parameter_value';
    END IF;
END;
$$;
COMMENT ON FUNCTION alertd.revoke_camera IS 'Takes back what grant_camera gave.';

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

-- The contract -------------------------------------------------------------------------------------------------------

CREATE FUNCTION alertd.reads_every_camera(p_role name DEFAULT current_user) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN pg_has_role(p_role, 'alertd_rw', 'USAGE')
    OR (SELECT pg_has_role(p_role, n.nspowner, 'USAGE') FROM pg_namespace n WHERE n.nspname = 'alertd');
COMMENT ON FUNCTION alertd.reads_every_camera IS 'Whether a role, by default the one that asks, sees every camera without a grant: members of alertd_rw and the owner of the schema do.';

CREATE VIEW alertd.readable_camera WITH (security_barrier) AS
SELECT c.id, c.name, c.created_at
FROM alertd.camera c
WHERE (SELECT alertd.reads_every_camera())
   OR EXISTS (
        SELECT FROM alertd.camera_grant g JOIN pg_roles r ON r.rolname = g.reader
        WHERE (g.camera_id = c.id OR g.camera_id IS NULL) AND pg_has_role(current_user, r.oid, 'USAGE'));
COMMENT ON VIEW alertd.readable_camera IS 'Private: the cameras that whoever asks may see. Every view of the contract joins it: the owner of the schema and members of alertd_rw see all, others what grant_camera gave them or a role of theirs.';
COMMENT ON COLUMN alertd.readable_camera.id         IS 'Key inside this database.';
COMMENT ON COLUMN alertd.readable_camera.name       IS 'The camera''s name.';
COMMENT ON COLUMN alertd.readable_camera.created_at IS 'When alertd first heard of it.';

CREATE VIEW alertd.v_cameras WITH (security_barrier) AS
SELECT c.name, c.created_at
FROM alertd.readable_camera c;
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
       e.updated_at,
       e.started_at,
       e.ended_at,
       e.explanation,
       (SELECT w.verdict FROM alertd.verdict w WHERE w.event_id = e.id ORDER BY w.id DESC LIMIT 1) AS verdict
FROM alertd.event e JOIN alertd.readable_camera c ON c.id = e.camera_id;
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
COMMENT ON COLUMN alertd.v_events.explanation        IS 'Why it is an anomaly: lane, p_value, moments, sentences, box, hour, text. Of a query on a watched camera the level that it was told by: basis (history, provisional), raised_by. Null otherwise.';
COMMENT ON COLUMN alertd.v_events.verdict            IS 'What somebody said about it last: normal or incident; null if nobody did.';
COMMENT ON COLUMN alertd.v_events.created_at         IS 'When the event was first written.';
COMMENT ON COLUMN alertd.v_events.updated_at         IS 'When it last changed.';
COMMENT ON COLUMN alertd.v_events.started_at         IS 'The start of during: a condition on it uses an index, one on during does not.';
COMMENT ON COLUMN alertd.v_events.ended_at           IS 'The end of during: likewise.';

CREATE FUNCTION alertd.join_gap() RETURNS interval
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(nullif(current_setting('alertd.join_gap', true), ''), '30 seconds')::interval;
COMMENT ON FUNCTION alertd.join_gap IS 'How far apart events of one incident may be: 30 seconds, or what SET alertd.join_gap says.';

CREATE VIEW alertd.v_incidents WITH (security_barrier) AS
WITH marked AS (
    SELECT e.*,
           e.started_at > max(e.ended_at) OVER (
               ORDER BY e.started_at, e.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + alertd.join_gap() AS is_first
    FROM alertd.v_events e
    WHERE e.kind <> 'blind'
), numbered AS (
    SELECT m.*, count(*) FILTER (WHERE m.is_first) OVER (ORDER BY m.started_at, m.id) AS island FROM marked m
)
SELECT tstzrange(min(n.started_at), max(n.ended_at), '[)') AS during,
       min(n.started_at) AS started_at,
       max(n.ended_at) AS ended_at,
       count(*) AS events,
       array_agg(n.id ORDER BY n.started_at, n.id) AS event_ids,
       array_agg(DISTINCT n.camera) AS cameras,
       array_agg(DISTINCT n.kind) AS kinds,
       bool_or(n.open) AS open,
       max(n.score) AS score,
       max(n.anomaly_score) AS anomaly_score,
       (array_agg(n.description ORDER BY n.score DESC, n.id) FILTER (WHERE n.description IS NOT NULL))[1] AS description
FROM numbered n
GROUP BY n.island;
COMMENT ON VIEW alertd.v_incidents IS 'Events that belong together: islands of events, across all cameras, that touch or lie no further apart than join_gap(). Events of kind blind belong to none.';
COMMENT ON COLUMN alertd.v_incidents.during        IS '[first start, last end) of its events.';
COMMENT ON COLUMN alertd.v_incidents.started_at    IS 'The start of during.';
COMMENT ON COLUMN alertd.v_incidents.ended_at      IS 'The end of during.';
COMMENT ON COLUMN alertd.v_incidents.events        IS 'How many events.';
COMMENT ON COLUMN alertd.v_incidents.event_ids     IS 'Their numbers, by start.';
COMMENT ON COLUMN alertd.v_incidents.cameras       IS 'The cameras that saw them, by name.';
COMMENT ON COLUMN alertd.v_incidents.kinds         IS 'Their kinds: anomaly, query.';
COMMENT ON COLUMN alertd.v_incidents.open          IS 'Whether one of them may still be extended.';
COMMENT ON COLUMN alertd.v_incidents.score         IS 'Highest score.';
COMMENT ON COLUMN alertd.v_incidents.anomaly_score IS 'Highest anomaly score, if one was computed.';
COMMENT ON COLUMN alertd.v_incidents.description   IS 'The description of the event that scored highest.';

CREATE FUNCTION alertd.incidents_between(
    p_from timestamptz, p_to timestamptz,
    OUT during tstzrange, OUT events bigint, OUT event_ids bigint[], OUT cameras text[], OUT kinds text[], OUT open boolean,
    OUT score double precision, OUT anomaly_score double precision, OUT description text
) RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_gap  interval := alertd.join_gap();
    v_from timestamptz := p_from;
    v_to   timestamptz := p_to;
    v_low  timestamptz;
    v_high timestamptz;
BEGIN
    -- An incident is told whole although it begins before p_from or ends after p_to: the window grows until no event
    -- outside belongs to one inside. Then the islands inside are those of the whole table.
    LOOP
        SELECT min(e.started_at), max(e.ended_at) INTO v_low, v_high
        FROM alertd.v_events e
        WHERE e.kind <> 'blind' AND e.started_at <= v_to + v_gap AND e.ended_at >= v_from - v_gap;
        EXIT WHEN v_low IS NULL OR (v_low >= v_from AND v_high <= v_to);
        v_from := least(v_from, v_low);
        v_to := greatest(v_to, v_high);
    END LOOP;
    RETURN QUERY
    WITH marked AS (
        SELECT e.*,
               e.started_at > max(e.ended_at) OVER (
                   ORDER BY e.started_at, e.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + v_gap AS is_first
        FROM alertd.v_events e
        WHERE e.kind <> 'blind' AND e.started_at <= v_to AND e.ended_at >= v_from
    ), numbered AS (
        SELECT m.*, count(*) FILTER (WHERE m.is_first) OVER (ORDER BY m.started_at, m.id) AS island FROM marked m
    )
    SELECT tstzrange(min(n.started_at), max(n.ended_at), '[)'), count(*), array_agg(n.id ORDER BY n.started_at, n.id),
           array_agg(DISTINCT n.camera), array_agg(DISTINCT n.kind), bool_or(n.open), max(n.score), max(n.anomaly_score),
           (array_agg(n.description ORDER BY n.score DESC, n.id) FILTER (WHERE n.description IS NOT NULL))[1]
    FROM numbered n
    GROUP BY n.island
    HAVING min(n.started_at) < p_to AND max(n.ended_at) > p_from
    ORDER BY min(n.started_at);
END;
$$;
COMMENT ON FUNCTION alertd.incidents_between IS 'The incidents that share a moment with [p_from, p_to), by start, each whole: the rows of v_incidents, found through an index.';

CREATE VIEW alertd.v_descriptions WITH (security_barrier) AS
SELECT e.id AS event_id,
       c.name AS camera,
       e.during,
       e.started_at,
       e.description,
       e.description_origin,
       e.words
FROM alertd.event e JOIN alertd.readable_camera c ON c.id = e.camera_id
WHERE e.description IS NOT NULL;
COMMENT ON VIEW alertd.v_descriptions IS 'What was said about events. search_descriptions finds words in them.';
COMMENT ON COLUMN alertd.v_descriptions.event_id           IS 'The event.';
COMMENT ON COLUMN alertd.v_descriptions.camera             IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_descriptions.during             IS 'The event''s span.';
COMMENT ON COLUMN alertd.v_descriptions.started_at         IS 'Its start.';
COMMENT ON COLUMN alertd.v_descriptions.description        IS 'One or more sentences for people.';
COMMENT ON COLUMN alertd.v_descriptions.description_origin IS 'Who wrote them: template, or the name of a model.';
COMMENT ON COLUMN alertd.v_descriptions.words              IS 'Stems of its words, for @@ to_tsquery(''english'', …).';

CREATE FUNCTION alertd.search_descriptions(
    p_text text, p_limit integer DEFAULT 20,
    OUT event_id bigint, OUT camera text, OUT during tstzrange, OUT description text, OUT rank real
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
    v_query  tsquery := websearch_to_tsquery('pg_catalog.english', p_text);
    -- Runs with its owner's rights, so that the indexes of words can be used, and asks itself what the caller may see.
    v_caller name := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
    v_cameras integer[];
BEGIN
    SELECT array_agg(c.id) INTO v_cameras FROM alertd.camera c
    WHERE alertd.reads_every_camera(v_caller)
       OR EXISTS (
            SELECT FROM alertd.camera_grant g JOIN pg_roles r ON r.rolname = g.reader
            WHERE (g.camera_id = c.id OR g.camera_id IS NULL) AND pg_has_role(v_caller, r.oid, 'USAGE'));
    RETURN QUERY
    SELECT e.id, c.name, e.during, e.description,
           (CASE WHEN e.words @@ v_query THEN 1 + ts_rank_cd(e.words, v_query, 32)
                 ELSE alertd.word_similarity(p_text, e.description) END)::real
    FROM alertd.event e JOIN alertd.camera c ON c.id = e.camera_id
    WHERE e.camera_id = ANY (v_cameras)
      AND (e.words @@ v_query OR e.description OPERATOR(alertd.%>) p_text)
    ORDER BY 5 DESC, e.started_at DESC, e.id DESC
    LIMIT least(greatest(p_limit, 0), 10000);
END;
$$;
COMMENT ON FUNCTION alertd.search_descriptions IS 'Descriptions with these words, best first, among the cameras the caller may see: "quoted phrases", or, and -without, as search engines know them; rank is above 1 then. What is only spelt alike comes after, with its likeness from 0 to 1.';

CREATE VIEW alertd.v_anomalies WITH (security_barrier) AS
SELECT c.name AS camera,
       substr(s.lane, strpos(s.lane, ':') + 1) AS lane,
       s.at,
       s.value AS score,
       s.p_value,
       s.explanation
FROM alertd.score s JOIN alertd.readable_camera c ON c.id = s.camera_id
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
FROM alertd.coverage k JOIN alertd.readable_camera c ON c.id = k.camera_id
GROUP BY c.name;
COMMENT ON VIEW alertd.v_coverage IS 'When each camera was really watched. What is not in it was not watched: no event there means nothing.';
COMMENT ON COLUMN alertd.v_coverage.camera  IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_coverage.watched IS 'The watched spans as one multirange; watched @> x says whether x was watched without a gap.';

CREATE VIEW alertd.v_queries WITH (security_barrier) AS
SELECT q.name,
       q.text,
       CASE WHEN (SELECT alertd.reads_every_camera()) THEN q.cameras
            ELSE ARRAY(SELECT u FROM unnest(q.cameras) AS u WHERE u IN (SELECT c.name FROM alertd.readable_camera c))
       END AS cameras,
       q.zone, q.active, q.alarm_ceiling_per_day, q.is_enabled AS enabled, q.origin,
       q.created_at
FROM alertd.query q
WHERE (SELECT alertd.reads_every_camera()) OR q.cameras = '{}'
   OR EXISTS (SELECT FROM alertd.readable_camera c WHERE c.name = ANY (q.cameras));
COMMENT ON VIEW alertd.v_queries IS 'The standing queries.';
COMMENT ON COLUMN alertd.v_queries.name                  IS 'The query''s name.';
COMMENT ON COLUMN alertd.v_queries.text                  IS 'The sentence looked for.';
COMMENT ON COLUMN alertd.v_queries.cameras               IS 'Names of the cameras it is watched on, of those that whoever asks may see; empty means all.';
COMMENT ON COLUMN alertd.v_queries.zone                  IS 'Zone that it is bound to; null for the whole picture.';
COMMENT ON COLUMN alertd.v_queries.active                IS 'Part of the day in which it is watched; null for all day.';
COMMENT ON COLUMN alertd.v_queries.alarm_ceiling_per_day IS 'Most false alarms a day on footage without the queried thing.';
COMMENT ON COLUMN alertd.v_queries.enabled               IS 'Whether it is watched.';
COMMENT ON COLUMN alertd.v_queries.origin                IS 'file or command: where it can be changed.';
COMMENT ON COLUMN alertd.v_queries.created_at            IS 'When it was first known.';

CREATE FUNCTION alertd.coverage_gaps(camera text, "from" timestamptz, "to" timestamptz)
RETURNS TABLE (during tstzrange, reason text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gap AS (
        SELECT tstzmultirange(tstzrange("from", "to", '[)'))
               - coalesce(range_agg(k.during) FILTER (WHERE k.during && tstzrange("from", "to", '[)')), '{}') AS gaps
        FROM alertd.v_cameras c LEFT JOIN (
            SELECT v.camera, unnest(v.watched) AS during FROM alertd.v_coverage v WHERE v.camera = coverage_gaps.camera
        ) AS k ON k.camera = c.name
        WHERE c.name = coverage_gaps.camera
        GROUP BY c.name
    ), blind AS (
        SELECT e.reason, range_agg(e.during) AS during
        FROM alertd.v_events e
        WHERE e.camera = coverage_gaps.camera AND e.kind = 'blind' AND e.started_at < "to" AND e.ended_at > "from"
        GROUP BY e.reason
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

-- Descriptions by a video-LLM ---------------------------------------------------------------------------------------------

CREATE TABLE alertd.description (
    event_id       bigint      PRIMARY KEY REFERENCES alertd.event ON DELETE CASCADE,
    asked_at       timestamptz NOT NULL DEFAULT now(),
    claimed_until  timestamptz,
    is_final       boolean     NOT NULL DEFAULT false,
    dropped        text        COLLATE "C",
    problem        text,
    sentences      text,
    answer         jsonb,
    frames         timestamptz[],
    model          text,
    model_digest   text        COLLATE "C",
    prompt_version text        COLLATE "C",
    tokens_read    bigint,
    tokens_written bigint,
    written_at     timestamptz,
    CONSTRAINT description_is_whole CHECK (
        num_nulls(sentences, answer, frames, model, model_digest, prompt_version, tokens_read, tokens_written, written_at)
            IN (0, 9)),
    CONSTRAINT description_has_an_answer CHECK (NOT is_final OR sentences IS NOT NULL),
    CONSTRAINT description_reason_is_known CHECK (
        dropped IN ('queue_full', 'frames_gone', 'deadline', 'refused', 'malformed'))
);
CREATE INDEX description_waiting ON alertd.description (asked_at) WHERE NOT is_final AND dropped IS NULL;
COMMENT ON TABLE alertd.description IS 'What a video-LLM says about events, and the queue of those it is still to look at: claim_description takes one, finish_description or drop_description ends it. Nothing in it changes an event''s span, score or existence.';
COMMENT ON COLUMN alertd.description.asked_at       IS 'When the event was first seen to need words.';
COMMENT ON COLUMN alertd.description.claimed_until  IS 'Until when a model works on it; null, or past, means that it is free.';
COMMENT ON COLUMN alertd.description.is_final       IS 'Whether the event was closed when the model looked; until then another look follows.';
COMMENT ON COLUMN alertd.description.dropped        IS 'Why no model will look at it: queue_full (older than those that could be kept waiting), frames_gone (its pictures are no longer there), deadline (no answer in time), refused (the model refused it), malformed (what it said had not the form of a description).';
COMMENT ON COLUMN alertd.description.problem        IS 'Why the last try brought no words, as the model or its endpoint put it; null after one that did.';
COMMENT ON COLUMN alertd.description.sentences      IS 'What people are shown as the event''s description.';
COMMENT ON COLUMN alertd.description.answer         IS 'The whole answer: title, description, level (0 to 3, the model''s opinion), people, vehicles, actions, confidence.';
COMMENT ON COLUMN alertd.description.frames         IS 'When the frames were taken that the model was shown.';
COMMENT ON COLUMN alertd.description.model          IS 'The model''s name.';
COMMENT ON COLUMN alertd.description.model_digest   IS 'SHA-256 over its configuration, tokenizer and weights.';
COMMENT ON COLUMN alertd.description.prompt_version IS 'Which wording it was asked with.';
COMMENT ON COLUMN alertd.description.tokens_read    IS 'Tokens of the prompt, those of pictures included.';
COMMENT ON COLUMN alertd.description.tokens_written IS 'Tokens of the answer.';
COMMENT ON COLUMN alertd.description.written_at     IS 'When the answer was stored.';

CREATE FUNCTION alertd.claim_description(
    p_seconds double precision, p_backlog integer, OUT event_id bigint, OUT claimed_until timestamptz, OUT dropped bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Events of cameras; those of recordings have no frames waiting.
    INSERT INTO alertd.description (event_id)
    SELECT e.id FROM alertd.event e
    WHERE e.ended_at > now() - interval '1 hour' AND e.kind <> 'blind' AND e.clock <> 'file'
      AND NOT EXISTS (SELECT FROM alertd.description d WHERE d.event_id = e.id)
    ORDER BY e.id
    ON CONFLICT DO NOTHING;

    UPDATE alertd.description d SET dropped = 'queue_full'
    WHERE d.event_id IN (
        SELECT w.event_id FROM alertd.description w
        WHERE NOT w.is_final AND w.dropped IS NULL AND w.sentences IS NULL
          AND (w.claimed_until IS NULL OR w.claimed_until < now())
        ORDER BY w.asked_at DESC, w.event_id DESC OFFSET greatest(p_backlog, 0));
    GET DIAGNOSTICS dropped = ROW_COUNT;

    -- First those without any words, the newest first; then those that have closed since.
    SELECT d.event_id INTO event_id
    FROM alertd.description d JOIN alertd.event e ON e.id = d.event_id
    WHERE NOT d.is_final AND d.dropped IS NULL AND (d.claimed_until IS NULL OR d.claimed_until < now())
      AND (d.sentences IS NULL OR NOT e.is_open)
      -- The frames are with the node that watches.
      AND (alertd.this_node() = '' OR EXISTS (
          SELECT FROM alertd.camera_lease l
          WHERE l.camera_id = e.camera_id AND l.is_current AND l.holder = alertd.this_node()))
    ORDER BY d.sentences IS NOT NULL, d.asked_at DESC, d.event_id DESC
    LIMIT 1
    FOR UPDATE OF d SKIP LOCKED;
    IF event_id IS NOT NULL THEN
        claimed_until := clock_timestamp() + p_seconds * interval '1 second';
        UPDATE alertd.description d SET claimed_until = claim_description.claimed_until
        WHERE d.event_id = claim_description.event_id;
    END IF;
END;
$$;
COMMENT ON FUNCTION alertd.claim_description IS 'Takes the next event for a model to look at, for p_seconds; null when none waits. Of those without any words at most p_backlog are kept waiting: the oldest are dropped, and how many is told.';

CREATE FUNCTION alertd.finish_description(
    p_event_id bigint, p_claimed_until timestamptz, p_is_final boolean, p_sentences text, p_answer text,
    p_frames timestamptz[], p_model text, p_model_digest text, p_prompt_version text, p_tokens_read bigint,
    p_tokens_written bigint
) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM alertd.writer_lock();
    UPDATE alertd.description d
    SET claimed_until = NULL, is_final = p_is_final, problem = NULL, sentences = p_sentences, answer = p_answer::jsonb,
        frames = p_frames, model = p_model, model_digest = p_model_digest,
        prompt_version = p_prompt_version, tokens_read = p_tokens_read, tokens_written = p_tokens_written,
        written_at = now()
    WHERE d.event_id = p_event_id AND d.claimed_until = p_claimed_until;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE alertd.event e SET description = p_sentences, description_origin = p_model, updated_at = now()
    WHERE e.id = p_event_id AND (e.description, e.description_origin) IS DISTINCT FROM (p_sentences, p_model);
    IF FOUND THEN
        PERFORM alertd.emit_change(e.id, e.kind, 'update') FROM alertd.event e WHERE e.id = p_event_id;
    END IF;
    RETURN true;
END;
$$;
COMMENT ON FUNCTION alertd.finish_description IS 'Stores an answer for whoever holds the claim of that time, and shows its sentences as the event''s description. False when the claim was lost, or the event erased.';

CREATE FUNCTION alertd.release_description(
    p_event_id bigint, p_claimed_until timestamptz, p_seconds double precision, p_problem text
) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE alertd.description d
    SET claimed_until = clock_timestamp() + p_seconds * interval '1 second', problem = p_problem
    WHERE d.event_id = p_event_id AND d.claimed_until = p_claimed_until;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION alertd.release_description IS 'Lets others look at an event again that was claimed, p_seconds from now, and keeps why nobody had words for it. False when the claim was lost.';

CREATE FUNCTION alertd.drop_description(
    p_event_id bigint, p_claimed_until timestamptz, p_reason text, p_problem text
) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE alertd.description d SET claimed_until = NULL, dropped = p_reason, problem = p_problem
    WHERE d.event_id = p_event_id AND d.claimed_until = p_claimed_until;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION alertd.drop_description IS 'Gives an event up that was claimed, with the reason; what was said before stays. False when the claim was lost.';

-- Footage ------------------------------------------------------------------------------------------------------------

CREATE TABLE alertd.footage (
    camera_id integer     NOT NULL REFERENCES alertd.camera,
    kind      text        NOT NULL COLLATE "C",
    during    tstzrange   NOT NULL,
    file      text        NOT NULL COLLATE "C",
    bytes     bigint      NOT NULL,
    kept_at   timestamptz NOT NULL DEFAULT now(),
    node      text        NOT NULL COLLATE "C" DEFAULT alertd.this_node(),
    PRIMARY KEY (camera_id, file, node),
    CONSTRAINT footage_kind_is_known CHECK (kind IN ('segment', 'thumbnail')),
    CONSTRAINT footage_span_is_finite CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)
        AND lower_inc(during) AND NOT upper_inc(during) AND isfinite(lower(during)) AND isfinite(upper(during))),
    CONSTRAINT footage_has_bytes CHECK (bytes > 0)
);
CREATE INDEX footage_during ON alertd.footage USING gist (camera_id, during);
COMMENT ON TABLE alertd.footage IS 'Which footage there is. The files themselves are on the machine that watched; a row is written once its file is safe from a loss of power, and can be made again from the file''s name. Written only by record_footage.';
COMMENT ON COLUMN alertd.footage.kind    IS 'segment: some seconds of the recorded stream, an MP4 file. thumbnail: one picture, a JPEG file.';
COMMENT ON COLUMN alertd.footage.during  IS '[start, end) of what it shows; a thumbnail''s is one millisecond.';
COMMENT ON COLUMN alertd.footage.file    IS 'The file, below the folder clips of the state directory.';
COMMENT ON COLUMN alertd.footage.bytes   IS 'Its size.';
COMMENT ON COLUMN alertd.footage.kept_at IS 'When the row was written.';
COMMENT ON COLUMN alertd.footage.node    IS 'The node that has the file; empty where one machine does everything.';

CREATE FUNCTION alertd.record_footage(
    p_camera text, p_kind text, p_start timestamptz, p_end timestamptz, p_file text, p_bytes bigint
) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_camera_id integer;
    v_during    tstzrange := tstzrange(p_start, greatest(p_end, p_start + interval '1 millisecond'), '[)');
BEGIN
    PERFORM pg_advisory_xact_lock_shared(8750, 3);  -- nothing is erased meanwhile
    SELECT c.id INTO v_camera_id FROM alertd.camera c WHERE c.name = p_camera;
    IF NOT FOUND THEN
        INSERT INTO alertd.camera (name) VALUES (p_camera)
        ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id INTO v_camera_id;
    END IF;
    IF EXISTS (SELECT FROM alertd.erasure x WHERE x.camera_id = v_camera_id AND x.during && v_during) THEN
        RETURN false;
    END IF;
    INSERT INTO alertd.footage (camera_id, kind, during, file, bytes)
    VALUES (v_camera_id, p_kind, v_during, p_file, p_bytes)
    ON CONFLICT (camera_id, file, node) DO UPDATE SET bytes = excluded.bytes;
    RETURN true;
END;
$$;
COMMENT ON FUNCTION alertd.record_footage IS 'Notes that a file of footage is kept. Returns false, and notes nothing, when part of its span was erased: the file has to go then.';

-- Search ---------------------------------------------------------------------------------------------------------------

-- Lets search() send its request outside of the caller's transaction. Not a trusted extension: where nobody may make it,
-- ask() and answer() do the same in two steps.
DO $$
DECLARE
    v_one record;
BEGIN
    CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA alertd;
    -- Readers have no business with connections of their own from here.
    FOR v_one IN
        SELECT p.oid::regprocedure AS what FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.objid = p.oid
        JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e' AND x.extname = 'dblink'
          AND p.pronamespace = 'alertd'::regnamespace
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_one.what);
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
        RAISE NOTICE 'alertd.search needs the extension dblink: a superuser may CREATE EXTENSION dblink WITH SCHEMA alertd';
END;
$$;

CREATE TABLE alertd.search_request (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_by    name        NOT NULL,
    text        text        NOT NULL,
    since       timestamptz,
    until       timestamptz,
    hits        integer     NOT NULL,
    cameras     integer[]   NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    claimed_at  timestamptz,
    answered_at timestamptz,
    problem     text,
    missing     text[]      NOT NULL DEFAULT '{}',
    CONSTRAINT search_request_text_is_there CHECK (text ~ '[^[:space:]]' AND octet_length(text) <= 1900),
    CONSTRAINT search_request_hits_are_possible CHECK (hits BETWEEN 1 AND 1000)
);
CREATE INDEX search_request_open ON alertd.search_request (id) WHERE claimed_at IS NULL;
COMMENT ON TABLE alertd.search_request IS 'Questions about past footage, answered by a running daemon. Kept for an hour.';
COMMENT ON COLUMN alertd.search_request.asked_by    IS 'The role that asked; the answer is given to nobody else.';
COMMENT ON COLUMN alertd.search_request.text        IS 'The sentence looked for.';
COMMENT ON COLUMN alertd.search_request.since       IS 'Only from this time on; null for ever.';
COMMENT ON COLUMN alertd.search_request.until       IS 'Only before this time; null until now.';
COMMENT ON COLUMN alertd.search_request.hits        IS 'Most spans wanted.';
COMMENT ON COLUMN alertd.search_request.cameras     IS 'The cameras that the role might see when it asked.';
COMMENT ON COLUMN alertd.search_request.asked_at    IS 'When.';
COMMENT ON COLUMN alertd.search_request.claimed_at  IS 'When a daemon began to answer.';
COMMENT ON COLUMN alertd.search_request.answered_at IS 'When its answer was complete.';
COMMENT ON COLUMN alertd.search_request.problem     IS 'Why there is no answer; null when there is one.';
COMMENT ON COLUMN alertd.search_request.missing     IS 'Nodes that have footage and did not answer; whoever asks is warned.';

CREATE TABLE alertd.search_hit (
    request_id  bigint           NOT NULL REFERENCES alertd.search_request ON DELETE CASCADE,
    rank        integer          NOT NULL,
    camera_id   integer          NOT NULL REFERENCES alertd.camera,
    during      tstzrange        NOT NULL,
    score       double precision NOT NULL,
    probability double precision NOT NULL,
    event_id    bigint,
    PRIMARY KEY (request_id, rank),
    CONSTRAINT search_hit_probability_is_one CHECK (probability BETWEEN 0 AND 1)
);
COMMENT ON TABLE alertd.search_hit IS 'Answers to search_request: spans that fit, best first.';
COMMENT ON COLUMN alertd.search_hit.rank        IS '1 is the best.';
COMMENT ON COLUMN alertd.search_hit.during      IS 'When.';
COMMENT ON COLUMN alertd.search_hit.score       IS 'How well it fits.';
COMMENT ON COLUMN alertd.search_hit.probability IS 'The probability that the sentence holds there.';
COMMENT ON COLUMN alertd.search_hit.event_id    IS 'A stored event that overlaps it, if there is one.';

CREATE TABLE alertd.description_encoding (
    event_id           bigint NOT NULL REFERENCES alertd.event ON DELETE CASCADE,
    encoder            bytea  NOT NULL,
    description_digest bytea  NOT NULL,
    encoding           bytea  NOT NULL,
    PRIMARY KEY (event_id, encoder),
    CONSTRAINT description_encoding_has_an_encoder CHECK (octet_length(encoder) BETWEEN 1 AND 32),
    CONSTRAINT description_encoding_is_a_vector CHECK (octet_length(encoding) > 4)
);
COMMENT ON TABLE alertd.description_encoding IS 'What descriptions mean, as vectors of a sentence encoder, for search.';
COMMENT ON COLUMN alertd.description_encoding.encoder            IS 'Digest of the encoder: vectors of two encoders are never compared.';
COMMENT ON COLUMN alertd.description_encoding.description_digest IS 'SHA-256 of the description that was encoded; one that has changed since is encoded anew.';
COMMENT ON COLUMN alertd.description_encoding.encoding           IS 'One scale (Float32, least significant byte first), then one signed byte for each number.';

CREATE FUNCTION alertd.caller() RETURNS name
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
COMMENT ON FUNCTION alertd.caller IS 'Who asks: the role behind SET ROLE, else of the session, also inside a function that runs with its owner''s rights.';

CREATE FUNCTION alertd.cameras_of(p_role name) RETURNS integer[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(c.id ORDER BY c.id), '{}') FROM alertd.camera c
    WHERE alertd.reads_every_camera(p_role)
       OR EXISTS (
            SELECT FROM alertd.camera_grant g JOIN pg_roles r ON r.rolname = g.reader
            WHERE (g.camera_id = c.id OR g.camera_id IS NULL) AND pg_has_role(p_role, r.oid, 'USAGE'));
END;
COMMENT ON FUNCTION alertd.cameras_of IS 'The cameras that a role may see.';

CREATE FUNCTION alertd.ask_for(
    p_caller name, p_text text, p_since timestamptz, p_until timestamptz, p_hits integer
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id bigint;
BEGIN
    DELETE FROM alertd.search_request r WHERE r.asked_at < now() - interval '1 hour';
    INSERT INTO alertd.search_request (asked_by, text, since, until, hits, cameras)
    VALUES (
        p_caller, p_text,
        -- Infinite times become ones that the daemon can count.
        CASE WHEN p_since IS NOT NULL THEN least(greatest(p_since, '1970-01-01Z'), '9000-01-01Z') END,
        CASE WHEN p_until IS NOT NULL THEN least(greatest(p_until, '1970-01-01Z'), '9000-01-01Z') END,
        p_hits, alertd.cameras_of(p_caller))
    RETURNING id INTO v_id;
    PERFORM pg_notify('alertd_search', v_id::text);
    RETURN v_id;
END;
$$;
COMMENT ON FUNCTION alertd.ask_for IS 'Private: stores a question for the daemon and wakes it.';

CREATE FUNCTION alertd.ask(
    p_text text, p_since timestamptz DEFAULT NULL, p_until timestamptz DEFAULT NULL, p_limit integer DEFAULT 20
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN alertd.ask_for(alertd.caller(), p_text, p_since, p_until, p_limit);
END;
$$;
COMMENT ON FUNCTION alertd.ask IS 'Asks a running daemon for the moments of past footage that fit a sentence. Commit, then call answer() with the number that this returns. search() does both at once.';

CREATE FUNCTION alertd.warn_of_missing(p_nodes text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF cardinality(p_nodes) > 0 THEN
        RAISE WARNING 'partial: % did not answer, what they watched is missing', array_to_string(p_nodes, ', ');
    END IF;
END;
$$;
COMMENT ON FUNCTION alertd.warn_of_missing IS 'Private: tells whoever searches that the answer is partial.';

CREATE FUNCTION alertd.answer(
    p_id bigint,
    OUT camera text, OUT during tstzrange, OUT score double precision, OUT probability double precision,
    OUT event_id bigint, OUT description text
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  name := alertd.caller();
    v_request alertd.search_request;
BEGIN
    SELECT r.* INTO v_request FROM alertd.search_request r WHERE r.id = p_id AND r.asked_by = v_caller;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no question % of %', p_id, v_caller USING ERRCODE = 'no_data_found',
            HINT = 'answers are kept for an hour, for the role that asked';
    ELSIF v_request.problem IS NOT NULL THEN
        RAISE EXCEPTION 'cannot search for "%": %', v_request.text, v_request.problem
        USING ERRCODE = 'invalid_parameter_value';
    ELSIF v_request.answered_at IS NULL THEN
        RAISE EXCEPTION 'question % is not answered yet', p_id USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'ask again in a moment; an answer comes from a running alertd only';
    END IF;
    PERFORM alertd.warn_of_missing(v_request.missing);
    RETURN QUERY
    SELECT c.name, h.during, h.score, h.probability, e.id, e.description
    FROM alertd.search_hit h
         JOIN alertd.camera c ON c.id = h.camera_id
         LEFT JOIN alertd.event e ON e.id = h.event_id AND e.camera_id = h.camera_id
    WHERE h.request_id = p_id AND h.camera_id = ANY (alertd.cameras_of(v_caller))
    ORDER BY h.rank;
END;
$$;
COMMENT ON FUNCTION alertd.answer IS 'The answer to a question of ask(), best first, of the cameras the caller may see; no row means that nothing was found. An error says that it is not there yet, or why there is none.';

CREATE FUNCTION alertd.search(
    p_text text, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL, p_limit integer DEFAULT 20,
    OUT camera text, OUT during tstzrange, OUT score double precision, OUT probability double precision,
    OUT event_id bigint, OUT description text
) RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller   name := alertd.caller();
    v_cameras  integer[] := alertd.cameras_of(v_caller);
    v_line     text;  -- the name of the connection
    v_id       bigint;
    v_done     boolean := false;
    v_problem  text;
    v_missing  text[];
    v_deadline timestamptz := clock_timestamp() + interval '5 seconds';
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'a standby cannot ask: search writes its question' USING ERRCODE = 'read_only_sql_transaction',
            HINT = 'ask the primary server, or use the views and search_descriptions here';
    ELSIF NOT EXISTS (
        SELECT FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
        WHERE x.extname = 'dblink' AND n.nspname = 'alertd')
    THEN
        RAISE EXCEPTION 'alertd.search needs the extension dblink' USING ERRCODE = 'feature_not_supported',
            HINT = 'use alertd.ask(...), commit, then alertd.answer(id); or let a superuser run: CREATE EXTENSION dblink WITH SCHEMA alertd';
    END IF;
    -- What a running function writes, and its NOTIFY, nobody sees before it has ended: so the question goes through a
    -- connection of its own, and so does the answer, whatever the caller's transaction may see.
    v_line := 'alertd_search_' || pg_backend_pid();
    -- Left by a call that was cancelled.
    IF v_line = ANY (alertd.dblink_get_connections()) THEN
        PERFORM alertd.dblink_disconnect(v_line);
    END IF;
    BEGIN
        PERFORM alertd.dblink_connect_u(
            v_line,
            format('host=%L port=%s dbname=%L user=%L application_name=alertd_search connect_timeout=3',
                   split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'),
                   current_database(), current_user));
    EXCEPTION
        WHEN OTHERS THEN
            RAISE EXCEPTION 'alertd.search cannot connect to its own server: %', SQLERRM
            USING ERRCODE = 'feature_not_supported', HINT = 'use alertd.ask(...), commit, then alertd.answer(id)';
    END;
    BEGIN
        SELECT t.id INTO v_id FROM alertd.dblink(
            v_line, format('SELECT alertd.ask_for(%L, %L, %L, %L, %L)', v_caller, p_text, p_from, p_to, p_limit)
        ) AS t (id bigint);
        WHILE NOT v_done AND clock_timestamp() < v_deadline LOOP
            PERFORM pg_sleep(0.02);
            SELECT t.done, t.problem, t.missing INTO v_done, v_problem, v_missing FROM alertd.dblink(
                v_line,
                format('SELECT answered_at IS NOT NULL, problem, missing FROM alertd.search_request WHERE id = %L', v_id)
            ) AS t (done boolean, problem text, missing text[]);
        END LOOP;
        IF NOT v_done THEN
            RAISE EXCEPTION 'no alertd answered within 5 seconds' USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'is the daemon running (alertd run) and connected to this database?';
        ELSIF v_problem IS NOT NULL THEN
            RAISE EXCEPTION 'cannot search for "%": %', p_text, v_problem USING ERRCODE = 'invalid_parameter_value';
        END IF;
        PERFORM alertd.warn_of_missing(v_missing);
        RETURN QUERY
        SELECT t.camera, t.during, t.score, t.probability, t.event_id, t.description FROM alertd.dblink(
            v_line,
            format(
                'SELECT c.name, h.during, h.score, h.probability, e.id, e.description FROM alertd.search_hit h '
                'JOIN alertd.camera c ON c.id = h.camera_id '
                'LEFT JOIN alertd.event e ON e.id = h.event_id AND e.camera_id = h.camera_id '
                'WHERE h.request_id = %L AND h.camera_id = ANY (%L) ORDER BY h.rank', v_id, v_cameras)
        ) AS t (camera text, during tstzrange, score float8, probability float8, event_id bigint, description text);
    EXCEPTION
        WHEN OTHERS THEN
            PERFORM alertd.dblink_disconnect(v_line);
            RAISE;
    END;
    PERFORM alertd.dblink_disconnect(v_line);
END;
$$;
COMMENT ON FUNCTION alertd.search IS 'The moments of past footage between p_from and p_to that fit a sentence, best first, of the cameras the caller may see; no row means that nothing was found. Answered within 5 seconds by a running alertd, or an error says why not. Works in read-only sessions too, not on a standby.';

-- Notifications --------------------------------------------------------------------------------------------------------

CREATE TABLE alertd.notify_receiver (
    name          text        PRIMARY KEY,
    last_change   bigint      NOT NULL,
    state         text        NOT NULL DEFAULT '',
    holder        text        NOT NULL DEFAULT '',
    held_until    timestamptz NOT NULL DEFAULT '-infinity',
    delivered     bigint      NOT NULL DEFAULT 0,
    delivered_at  timestamptz,
    failing_since timestamptz,
    problem       text,
    CONSTRAINT notify_receiver_name_is_short CHECK (octet_length(name) BETWEEN 1 AND 63)
);
COMMENT ON TABLE alertd.notify_receiver IS 'Who is told of events: webhook, mqtt, email. One row each while it is configured.';
COMMENT ON COLUMN alertd.notify_receiver.last_change   IS 'The last row of outbox that was looked at for it; what came of it is in notification.';
COMMENT ON COLUMN alertd.notify_receiver.state         IS 'What deciding about the next change needs to know, as JSON: incidents, rates, quiet hours. No words about events.';
COMMENT ON COLUMN alertd.notify_receiver.holder        IS 'The daemon that tells it.';
COMMENT ON COLUMN alertd.notify_receiver.held_until    IS 'Until when no other daemon may, unless the holder renews it.';
COMMENT ON COLUMN alertd.notify_receiver.delivered     IS 'How many notifications it has taken.';
COMMENT ON COLUMN alertd.notify_receiver.delivered_at  IS 'When it took the last one.';
COMMENT ON COLUMN alertd.notify_receiver.failing_since IS 'Since when it has taken none although there were some; null while it takes them.';
COMMENT ON COLUMN alertd.notify_receiver.problem       IS 'Why it did not take the last one.';

CREATE TABLE alertd.notification (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    receiver    text        NOT NULL REFERENCES alertd.notify_receiver ON DELETE CASCADE,
    key         text        NOT NULL,
    kind        text        NOT NULL,
    incident_id bigint      NOT NULL,
    event_ids   bigint[]    NOT NULL,
    payload     text        NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    next_try_at timestamptz NOT NULL DEFAULT now(),
    tries       bigint      NOT NULL DEFAULT 0,
    given_up_at timestamptz,
    problem     text,
    CONSTRAINT notification_key_is_one UNIQUE (key),
    CONSTRAINT notification_kind_is_known CHECK (kind IN ('alert', 'escalation', 'update', 'end', 'summary', 'test'))
);
CREATE INDEX notification_waiting ON alertd.notification (receiver, id) WHERE given_up_at IS NULL;
COMMENT ON TABLE alertd.notification IS 'What is still to be told to a receiver, in order, and what was given up. A row goes when the receiver has taken it.';
COMMENT ON COLUMN alertd.notification.key         IS 'Names the notification for ever: the receiver sees it with every try, and takes it once.';
COMMENT ON COLUMN alertd.notification.kind        IS 'alert: something new. escalation: it grew to another query or camera. update: its words, score or span changed. end: no evidence will extend it. summary: what quiet hours held back. test: asked for by hand.';
COMMENT ON COLUMN alertd.notification.incident_id IS 'The first event of what belongs together.';
COMMENT ON COLUMN alertd.notification.event_ids   IS 'The events that it tells of; it goes when one of them is erased.';
COMMENT ON COLUMN alertd.notification.payload     IS 'What is told, as JSON.';
COMMENT ON COLUMN alertd.notification.made_at     IS 'When it was decided.';
COMMENT ON COLUMN alertd.notification.next_try_at IS 'When it is tried next.';
COMMENT ON COLUMN alertd.notification.tries       IS 'How often it was tried in vain.';
COMMENT ON COLUMN alertd.notification.given_up_at IS 'When it was given up: refused for good, or too old. Null while it waits.';
COMMENT ON COLUMN alertd.notification.problem     IS 'Why the last try failed.';

-- Leases of cameras ----------------------------------------------------------------------------------------------------

CREATE FUNCTION alertd.cut_span(p_span tstzrange, p_end timestamptz) RETURNS tstzrange
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN tstzrange(lower(p_span), greatest(least(upper(p_span), p_end), lower(p_span) + interval '1 microsecond'), '[)');
COMMENT ON FUNCTION alertd.cut_span IS 'Private: a span that ends at p_end at the latest, and is never empty.';

CREATE FUNCTION alertd.lease_round(
    p_node text, p_machine text, p_address text, p_cameras text[], p_file text, p_seconds double precision,
    p_held text[], p_tokens bigint[], p_released text[], p_is_leaving boolean
) RETURNS TABLE (
    camera text, token bigint, is_surplus boolean, at timestamptz, wake_at timestamptz, nodes bigint, others text,
    problem text
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_now    timestamptz;
    v_length interval := p_seconds * interval '1 second';
    v_until  timestamptz;
    v_known  alertd.node;
    v_digest bytea := sha256(convert_to(p_file, 'UTF8'));
    v_share  bigint;
    v_mine   bigint;
    v_one    record;
    v_poor   record;
    v_joined timestamptz;
    v_given  bigint := 0;
BEGIN
    -- One round at a time: shares are counted in what is committed. A round is one statement, so no client can keep the
    -- others waiting.
    PERFORM pg_advisory_xact_lock(8750, 5);
    v_now := clock_timestamp();
    v_until := v_now + v_length;

    SELECT n.* INTO v_known FROM alertd.node n WHERE n.name = p_node;
    IF FOUND AND v_known.machine <> p_machine AND v_known.seen_until > v_now THEN
        RETURN QUERY SELECT NULL::text, NULL::bigint, NULL::boolean, v_now, v_known.seen_until, 0::bigint, NULL::text,
            format('another machine is called %s; give each node a name of its own', p_node);
        RETURN;
    END IF;
    INSERT INTO alertd.node AS n (name, machine, address, cameras, digest, joined_at, seen_at, seen_until)
    VALUES (
        p_node, p_machine, p_address, p_cameras, v_digest, v_now, v_now,
        CASE WHEN p_is_leaving THEN v_now ELSE v_until END)
    ON CONFLICT (name) DO UPDATE
    SET machine = excluded.machine, address = excluded.address, cameras = excluded.cameras, digest = excluded.digest,
        joined_at = CASE WHEN n.seen_until > v_now THEN n.joined_at ELSE v_now END, seen_at = excluded.seen_at,
        seen_until = excluded.seen_until
    RETURNING joined_at INTO v_joined;
    IF p_held = '{}' THEN
        DELETE FROM alertd.camera_lease l WHERE NOT l.is_current AND upper(l.held) < v_now - interval '400 days';
        DELETE FROM alertd.node n WHERE n.seen_until < v_now - interval '400 days';
    END IF;

    -- Let go: what the node gives up, and what an earlier process of it held.
    UPDATE alertd.camera_lease l SET held = alertd.cut_span(l.held, v_now)
    FROM alertd.camera c
    WHERE c.id = l.camera_id AND l.is_current AND l.holder = p_node AND upper(l.held) > v_now
      AND (p_is_leaving OR c.name = ANY (p_released) OR NOT EXISTS (
          SELECT FROM unnest(p_held, p_tokens) AS h (camera, token) WHERE h.camera = c.name AND h.token = l.token));
    IF FOUND THEN
        PERFORM pg_notify('alertd_lease', '');
    END IF;
    IF p_is_leaving THEN
        RETURN QUERY SELECT NULL::text, NULL::bigint, NULL::boolean, v_now, NULL::timestamptz, 0::bigint, NULL::text, NULL::text;
        RETURN;
    END IF;

    -- Renew, also what has run out meanwhile and nobody has taken.
    UPDATE alertd.camera_lease l SET held = tstzrange(lower(l.held), greatest(upper(l.held), v_until), '[)')
    FROM alertd.camera c, unnest(p_held, p_tokens) AS h (camera, token)
    WHERE c.id = l.camera_id AND h.camera = c.name AND h.token = l.token AND l.is_current AND l.holder = p_node
      AND c.name <> ALL (p_released);

    -- Take what is free, up to the fair share among the nodes that are there. One that has just come leaves the others, who
    -- may start in the same moment, a second to come too, and takes at once only what was its own.
    INSERT INTO alertd.camera (name)
    SELECT w FROM unnest(p_cameras) AS w WHERE NOT EXISTS (SELECT FROM alertd.camera c WHERE c.name = w) ORDER BY w
    ON CONFLICT (name) DO NOTHING;
    SELECT ceil(sum(1.0 / x.nodes) - 1e-9)::bigint INTO v_share
    FROM unnest(p_cameras) AS w
         JOIN (SELECT c, count(*) AS nodes FROM alertd.node n, unnest(n.cameras) AS c WHERE n.seen_until > v_now GROUP BY c) AS x
         ON x.c = w;
    SELECT count(*) INTO v_mine FROM alertd.camera_lease l
    WHERE l.is_current AND l.holder = p_node AND upper(l.held) > v_now;
    FOR v_one IN
        SELECT l.camera_id, l.token FROM alertd.camera_lease l JOIN alertd.camera c ON c.id = l.camera_id
        WHERE l.is_current AND upper(l.held) <= v_now AND c.name = ANY (p_cameras) AND c.name <> ALL (p_released)
          AND (l.holder = p_node OR v_joined <= v_now - interval '1 second')
        ORDER BY l.holder <> p_node, c.name LIMIT greatest(v_share - v_mine, 0)
        -- Locked: a writer is just extending it.
        FOR UPDATE OF l SKIP LOCKED
    LOOP
        UPDATE alertd.camera_lease l SET is_current = false WHERE l.camera_id = v_one.camera_id AND l.token = v_one.token;
        INSERT INTO alertd.camera_lease (camera_id, token, holder, held, is_current)
        VALUES (v_one.camera_id, v_one.token + 1, p_node, tstzrange(v_now, v_until, '[)'), true);
        v_mine := v_mine + 1;
    END LOOP;
    INSERT INTO alertd.camera_lease (camera_id, token, holder, held, is_current)
    SELECT c.id, 1, p_node, tstzrange(v_now, v_until, '[)'), true FROM alertd.camera c
    WHERE c.name = ANY (p_cameras) AND c.name <> ALL (p_released)
      AND NOT EXISTS (SELECT FROM alertd.camera_lease l WHERE l.camera_id = c.id)
      AND v_joined <= v_now - interval '1 second'
    ORDER BY c.name LIMIT greatest(v_share - v_mine, 0);

    -- Give to the node that has the fewest, once it has been there for a while and nothing is left to be taken.
    SELECT count(*) INTO v_mine FROM alertd.camera_lease l
    WHERE l.is_current AND l.holder = p_node AND upper(l.held) > v_now;
    SELECT n.name, n.cameras, count(l.camera_id) AS held INTO v_poor
    FROM alertd.node n
         LEFT JOIN alertd.camera_lease l ON l.holder = n.name AND l.is_current AND upper(l.held) > v_now
    WHERE n.name <> p_node AND n.seen_until > v_now AND n.joined_at <= v_now - v_length AND n.cameras && p_cameras
    GROUP BY n.name ORDER BY held, n.name LIMIT 1;
    IF v_mine - v_poor.held >= 2 AND NOT EXISTS (
        SELECT FROM unnest(v_poor.cameras) AS w LEFT JOIN alertd.camera c ON c.name = w
             LEFT JOIN alertd.camera_lease l ON l.camera_id = c.id AND l.is_current
        WHERE l.camera_id IS NULL OR upper(l.held) <= v_now)
    THEN
        IF v_mine > v_share THEN
            v_given := least(v_mine - v_share, v_mine - v_poor.held - 1);
        ELSIF NOT EXISTS (
            SELECT FROM alertd.camera_lease l WHERE l.is_current AND upper(l.held) > v_now AND l.holder <> p_node
            GROUP BY l.holder HAVING count(*) > v_mine OR count(*) = v_mine AND l.holder < p_node)
        THEN
            v_given := 1;
        END IF;
    END IF;

    RETURN QUERY
    SELECT NULL::text, NULL::bigint, NULL::boolean, v_now,
           CASE WHEN v_joined > v_now - interval '1 second' THEN v_joined + interval '1 second' ELSE (
               SELECT min(upper(l.held)) FROM alertd.camera_lease l JOIN alertd.camera c ON c.id = l.camera_id
               WHERE l.is_current AND l.holder <> p_node AND upper(l.held) > v_now AND c.name = ANY (p_cameras)) END,
           count(*), string_agg(n.name, ', ' ORDER BY n.name) FILTER (WHERE n.digest <> v_digest), NULL::text
    FROM alertd.node n WHERE n.seen_until > v_now;
    RETURN QUERY
    SELECT c.name, l.token,
           coalesce(c.name = ANY (v_poor.cameras), false)
           AND row_number() OVER (ORDER BY coalesce(c.name = ANY (v_poor.cameras), false) DESC, lower(l.held) DESC, c.name DESC) <= v_given,
           NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::text, NULL::text
    FROM alertd.camera_lease l JOIN alertd.camera c ON c.id = l.camera_id
    WHERE l.is_current AND l.holder = p_node AND upper(l.held) > v_now
    ORDER BY c.name;
END;
$$;
COMMENT ON FUNCTION alertd.lease_round IS 'What a node asks every few seconds, in one statement: it is alive, knows these cameras, renews the leases that it names by camera and token, lets go of p_released (of everything when p_is_leaving), and takes what is free up to its fair share. The first row is about the whole: the time here, when it is worth asking again, as the next lease of others runs out, how many nodes are alive, which of them have another file, and why nothing was given. The others are the leases that it holds now; surplus ones it should end watching and let go, for a node that has fewer. A NOTIFY alertd_lease says that something became free.';

CREATE FUNCTION alertd.lease_standings(p_cameras text[], p_tokens bigint[], p_times timestamptz[])
RETURNS TABLE (place bigint, standing text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- A holder whose renewals were late, since the database was away: what nobody has taken meanwhile is still its.
    UPDATE alertd.camera_lease l SET held = tstzrange(lower(l.held), w.latest + interval '1 microsecond', '[)')
    FROM (
        SELECT c.id, v.token, max(v.at) AS latest
        FROM unnest(p_cameras, p_tokens, p_times) AS v (camera, token, at) JOIN alertd.camera c ON c.name = v.camera
        WHERE v.at <= clock_timestamp() GROUP BY c.id, v.token
    ) AS w
    WHERE l.camera_id = w.id AND l.token = w.token AND l.is_current AND upper(l.held) <= w.latest;
    RETURN QUERY
    SELECT v.place, CASE WHEN l.held @> v.at THEN CASE WHEN l.is_current THEN 'holder' ELSE 'former' END ELSE 'witness' END
    FROM unnest(p_cameras, p_tokens, p_times) WITH ORDINALITY AS v (camera, token, at, place)
         LEFT JOIN alertd.camera c ON c.name = v.camera
         LEFT JOIN alertd.camera_lease l ON l.camera_id = c.id AND l.token = v.token
    ORDER BY v.place;
END;
$$;
COMMENT ON FUNCTION alertd.lease_standings IS 'What becomes of changes made under these leases at these times of this server''s clock: holder (made while the lease was held, and nobody has taken the camera since), former (made while it was held), witness (made outside of it: merged with what the holder says, and never lost). To be asked in the transaction that writes them.';

CREATE FUNCTION alertd.nodes_with_encodings(
    p_cameras text[], p_since timestamptz, p_until timestamptz, OUT name text, OUT address text, OUT alive boolean
) RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT n.name, n.address, n.seen_until > clock_timestamp() FROM alertd.node n
    WHERE n.name <> alertd.this_node() AND (
        EXISTS (
            SELECT FROM alertd.encoding_minute m
            WHERE m.node = n.name AND m.node <> '' AND m.minute > coalesce(p_since, '-infinity') - interval '1 minute'
              AND m.minute < coalesce(p_until, 'infinity')
              AND (p_cameras IS NULL OR m.camera_id IN (SELECT c.id FROM alertd.camera c WHERE c.name = ANY (p_cameras))))
        -- The last minutes have no rows yet.
        OR coalesce(p_until, 'infinity') > now() - interval '10 minutes' AND EXISTS (
            SELECT FROM alertd.camera_lease l JOIN alertd.camera c ON c.id = l.camera_id
            WHERE l.holder = n.name AND upper(l.held) > greatest(now() - interval '10 minutes', p_since)
              AND (p_cameras IS NULL OR c.name = ANY (p_cameras))))
    ORDER BY n.name;
END;
COMMENT ON FUNCTION alertd.nodes_with_encodings IS 'The other nodes that have encodings of these cameras (null: of any) between p_since and p_until, and so have to be asked by a search.';

CREATE VIEW alertd.v_leases WITH (security_barrier) AS
SELECT c.name AS camera, l.token, l.holder AS node, lower(l.held) AS held_since, upper(l.held) AS held_until,
       l.is_current AND upper(l.held) > clock_timestamp() AS held
FROM alertd.camera_lease l JOIN alertd.readable_camera c ON c.id = l.camera_id;
COMMENT ON VIEW alertd.v_leases IS 'Which node watches which camera, and which did, where several share one database; WHERE held for now.';
COMMENT ON COLUMN alertd.v_leases.camera     IS 'The camera''s name.';
COMMENT ON COLUMN alertd.v_leases.token      IS 'Grows with every change.';
COMMENT ON COLUMN alertd.v_leases.node       IS 'Name of the node.';
COMMENT ON COLUMN alertd.v_leases.held_since IS 'When it took the camera, by the server''s clock.';
COMMENT ON COLUMN alertd.v_leases.held_until IS 'When it let go or lost it; of one that is held, when it would if it were not renewed.';
COMMENT ON COLUMN alertd.v_leases.held       IS 'Whether it is held now.';

CREATE VIEW alertd.v_nodes WITH (security_barrier) AS
SELECT n.name, n.address, n.seen_until > clock_timestamp() AS alive, n.joined_at, n.seen_at,
       cardinality(n.cameras)::bigint AS cameras, encode(n.digest, 'hex') AS digest,
       (SELECT count(*) FROM alertd.camera_lease l
        WHERE l.holder = n.name AND l.is_current AND upper(l.held) > clock_timestamp()) AS held
FROM alertd.node n;
COMMENT ON VIEW alertd.v_nodes IS 'The daemons that share this database, also those that are gone.';
COMMENT ON COLUMN alertd.v_nodes.name      IS 'Name of the node.';
COMMENT ON COLUMN alertd.v_nodes.address   IS 'Where the others reach its HTTP service; null when they do not.';
COMMENT ON COLUMN alertd.v_nodes.alive     IS 'Whether it has asked for leases of late.';
COMMENT ON COLUMN alertd.v_nodes.joined_at IS 'Since when it has been there without a break.';
COMMENT ON COLUMN alertd.v_nodes.seen_at   IS 'When it last asked for leases.';
COMMENT ON COLUMN alertd.v_nodes.cameras   IS 'Cameras in its configuration.';
COMMENT ON COLUMN alertd.v_nodes.digest    IS 'SHA-256 of its cameras and queries, secrets left out; nodes with equal files have equal ones.';
COMMENT ON COLUMN alertd.v_nodes.held      IS 'Cameras that it watches.';
CREATE VIEW alertd.v_notifications WITH (security_barrier) AS
SELECT n.id, n.receiver, n.key, n.kind, n.incident_id, n.event_ids, n.made_at, n.tries, n.next_try_at, n.given_up_at,
       n.problem
FROM alertd.notification n
WHERE NOT EXISTS (
    SELECT FROM alertd.event e
    WHERE e.id = ANY (n.event_ids) AND NOT EXISTS (SELECT FROM alertd.readable_camera c WHERE c.id = e.camera_id));
COMMENT ON VIEW alertd.v_notifications IS 'What is still to be told to a receiver, and what was given up (given_up_at); what was taken is not among them. A reader sees those that tell of his cameras alone.';
COMMENT ON COLUMN alertd.v_notifications.id          IS 'Grows in the order in which they are told.';
COMMENT ON COLUMN alertd.v_notifications.receiver    IS 'Who is told: webhook, mqtt, email.';
COMMENT ON COLUMN alertd.v_notifications.key         IS 'The identifier that the receiver sees with every try.';
COMMENT ON COLUMN alertd.v_notifications.kind        IS 'alert, escalation, update, end, summary or test.';
COMMENT ON COLUMN alertd.v_notifications.incident_id IS 'The first event of what belongs together.';
COMMENT ON COLUMN alertd.v_notifications.event_ids   IS 'The events that it tells of.';
COMMENT ON COLUMN alertd.v_notifications.made_at     IS 'When it was decided.';
COMMENT ON COLUMN alertd.v_notifications.tries       IS 'How often it was tried in vain.';
COMMENT ON COLUMN alertd.v_notifications.next_try_at IS 'When it is tried next, or was to be.';
COMMENT ON COLUMN alertd.v_notifications.given_up_at IS 'When it was given up; null while it waits. alertd notify retry lets it wait again.';
COMMENT ON COLUMN alertd.v_notifications.problem     IS 'Why the last try failed.';

-- Tokens of the HTTP service ---------------------------------------------------------------------------------------------

CREATE TABLE alertd.access_token (
    name       text        NOT NULL COLLATE "C" PRIMARY KEY,
    digest     bytea       NOT NULL UNIQUE,
    scope      text        NOT NULL,
    cameras    text[],
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT access_token_name_is_safe CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$'),
    CONSTRAINT access_token_digest_is_sha256 CHECK (octet_length(digest) = 32),
    CONSTRAINT access_token_scope_is_known CHECK (scope IN ('read', 'admin')),
    CONSTRAINT access_token_sees_something CHECK (cardinality(cameras) > 0)
);
COMMENT ON TABLE alertd.access_token IS 'Who may use the HTTP service. While there is none, programs on this machine may, and nobody else. Written by alertd token.';
COMMENT ON COLUMN alertd.access_token.name       IS 'What people call it.';
COMMENT ON COLUMN alertd.access_token.digest     IS 'SHA-256 of the token, which itself is kept nowhere.';
COMMENT ON COLUMN alertd.access_token.scope      IS 'read: to look. admin: to change too.';
COMMENT ON COLUMN alertd.access_token.cameras    IS 'Names of the cameras that it shows; null means all.';
COMMENT ON COLUMN alertd.access_token.created_at IS 'When it was made.';

-- Who may do what (keep this last: it walks over everything above) -------------------------------------------------------

DO $$
DECLARE
    v_one record;
BEGIN
    FOR v_one IN
        SELECT c.oid::regclass AS what, c.relkind, c.relname LIKE 'v\_%' AS is_contract FROM pg_catalog.pg_class c
        WHERE c.relnamespace = 'alertd'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
    LOOP
        IF v_one.relkind = 'S' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE %s TO alertd_rw', v_one.what);
        ELSIF v_one.relkind = 'v' THEN
            EXECUTE format('GRANT SELECT ON %s TO alertd_rw', v_one.what);
            IF v_one.is_contract THEN EXECUTE format('GRANT SELECT ON %s TO alertd_ro', v_one.what); END IF;
        ELSE
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO alertd_rw', v_one.what);
        END IF;
    END LOOP;
    FOR v_one IN
        SELECT p.oid::regprocedure AS what,
               p.proname IN ('reads_every_camera', 'join_gap', 'incidents_between', 'coverage_gaps', 'search_descriptions',
                             'search', 'ask', 'answer') AS is_contract,
               p.proname IN ('grant_camera', 'revoke_camera', 'erase') AS is_owners
        FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'alertd'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_one.what);
        CONTINUE WHEN v_one.is_owners;
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO alertd_rw', v_one.what);
        IF v_one.is_contract THEN EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO alertd_ro', v_one.what); END IF;
    END LOOP;
END;
$$;
GRANT USAGE ON SCHEMA alertd TO alertd_rw, alertd_ro;
-- What may grant cameras is the owner alone, and what erases, since only the owner can rewrite the tables; alertd_rw writes no grants and no migrations.
REVOKE INSERT, UPDATE, DELETE ON alertd.camera_grant, alertd.schema_version FROM alertd_rw;

INSERT INTO alertd.schema_version (version, name) VALUES (1, 'initial');
