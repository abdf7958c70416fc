extension ConfigurationKeys {
    /// The keys of cameras.
    static let cameras: [ConfigurationKey] = [
        .init("cameras", .named, "The cameras, by name."),
        .init(
            "cameras.NAME.url", .media, isRequired: true,
            "The stream that is analysed. A password that holds one of `/ ? # @ : %` is percent-encoded."),
        .init("cameras.NAME.record_url", .media, "The stream that clips are cut from; `url` when absent."),
        .init(
            "cameras.NAME.transport", .choice(CameraConfiguration.Transport.allCases.map(\.rawValue)), default: "tcp",
            "How the packets of an RTSP stream travel."),
        .init(
            "cameras.NAME.open_timeout_seconds", .number(1...300), default: "10", unit: "s",
            "Longest wait for a connection and its first packet."),
        .init(
            "cameras.NAME.read_timeout_seconds", .number(1...300), default: "10", unit: "s",
            "Longest wait for each further packet."),
        .init(
            "cameras.NAME.tls_verify", .boolean, default: "true",
            "Whether the certificate of an rtsps or https address must be trusted."),
        .init(
            "cameras.NAME.decoder", .choice(CameraConfiguration.Decoder.allCases.map(\.rawValue)), default: "software",
            "What decodes the stream; a device that is missing or cannot is replaced by software."),
        .init(
            "cameras.NAME.analyse_fps", .number(0.05...30), default: "1", unit: "frames/s", "Frames analysed a second."),
        .init(
            "cameras.NAME.change_gate", .boolean, default: "true",
            "Whether a picture that shows nothing new shares the encoding of the last one that did."),
        .init(
            "cameras.NAME.masks", .polygons, default: "[]",
            "Privacy: areas painted over before anything else sees the frame."),
        .init("cameras.NAME.zones", .zones, default: "{}", "Named areas that queries may be bound to."),
        .init(
            "cameras.NAME.alarm_ceiling_per_day", .number(0.001...10_000), default: "1", unit: "alarms a day",
            "Most false anomaly alarms on normal footage."),
        .init("cameras.NAME.retention", .section, "How long what the camera saw is kept."),
        .init(
            "cameras.NAME.retention.encodings_days", .integer(1...36_500), default: "30", unit: "days",
            "Encodings: how far back search can look."),
        .init(
            "cameras.NAME.retention.encodings_gib", .number(0.001...1_000_000), default: "20", unit: "GiB",
            "Most space that the camera's encodings take; the oldest days go first, the present one stays."),
        .init("cameras.NAME.retention.events_days", .integer(1...36_500), default: "365", unit: "days", "Events."),
        .init(
            "cameras.NAME.retention.scores_days", .integer(1...36_500), default: "90", unit: "days", "Anomaly scores."),
        .init("cameras.NAME.retention.clips_days", .integer(1...36_500), default: "14", unit: "days", "Clips."),
        .init(
            "cameras.NAME.retention.clips_gib", .number(0...1_000_000), default: "50", unit: "GiB",
            "Most space that the camera's clips take; the oldest go first."),
        .init("cameras.NAME.clips", .section, "How clips of events are cut."),
        .init(
            "cameras.NAME.clips.pre_seconds", .number(0...60), default: "5", unit: "s",
            "Footage before an event's start."),
        .init(
            "cameras.NAME.clips.post_seconds", .number(0...60), default: "5", unit: "s", "Footage after an event's end."
        ),
    ]
}
