/// The metrics of this program: the part of the contract that dashboards and alerts rely on.
enum MetricCatalogue {
    enum Kind: String {
        case counter, gauge, histogram
    }

    struct Family {
        let name: String
        let kind: Kind
        let help: String
        var buckets: [Double] = []
    }

    /// From a millisecond to ten seconds: what is waited for.
    private static let quick: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// From a tenth of a second to ten minutes: what takes its time.
    private static let slow: [Double] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]

    static let all: [Family] = [
        .init(
            name: "alertd_alert_latency_seconds", kind: .histogram,
            help: "From the last evidence of a live event to the moment it could be read in the database.",
            buckets: slow),
        .init(
            name: "alertd_anomaly_alarms_per_day", kind: .gauge,
            help:
                "Anomaly alarms a day that nobody confirmed: achieved, its 95 % bounds lower and upper, and the ceiling."
        ),
        .init(
            name: "alertd_anomaly_certifiable", kind: .gauge,
            help: "Whether the watched time suffices to show that the ceiling is kept (watched days × ceiling ≥ 3)."),
        .init(name: "alertd_build_info", kind: .gauge, help: "Always 1; its labels say which build runs."),
        .init(
            name: "alertd_camera_last_frame_timestamp_seconds", kind: .gauge,
            help: "When the camera's last analysed frame was taken, in seconds since 1970."),
        .init(
            name: "alertd_camera_reconnects_total", kind: .counter,
            help: "How often the camera's frames stopped coming, by reason."),
        .init(name: "alertd_camera_up", kind: .gauge, help: "Whether frames of the camera are coming."),
        .init(
            name: "alertd_cluster_cameras_held", kind: .gauge,
            help: "Cameras that this node holds, where several share the database."),
        .init(
            name: "alertd_cluster_disagreement", kind: .gauge,
            help: "Whether another node runs with other cameras or queries."),
        .init(
            name: "alertd_cluster_leases_lost_total", kind: .counter,
            help: "Cameras that another node took while this one still watched."),
        .init(name: "alertd_cluster_nodes", kind: .gauge, help: "Nodes that are alive, this one included."),
        .init(
            name: "alertd_db_write_seconds", kind: .histogram,
            help: "Transactions that store changes.", buckets: quick),
        .init(
            name: "alertd_describe_requests_total", kind: .counter,
            help: "Questions to remote endpoints, by endpoint and by what became of them."),
        .init(
            name: "alertd_describe_seconds", kind: .histogram,
            help: "Descriptions of events by a model.", buckets: slow),
        .init(
            name: "alertd_describe_tokens_total", kind: .counter,
            help: "Tokens that the describing model read and wrote."),
        .init(
            name: "alertd_encode_seconds", kind: .histogram,
            help: "Batches of pictures encoded.", buckets: quick),
        .init(name: "alertd_events_total", kind: .counter, help: "Events that were opened, by kind."),
        .init(
            name: "alertd_frames_dropped_total", kind: .counter,
            help: "Sampled frames that made room for newer ones, by the place where."),
        .init(
            name: "alertd_frames_total", kind: .counter,
            help:
                "Frames by what became of them: analysed, reused (like an earlier one) or blind (they showed nothing)."),
        .init(
            name: "alertd_http_requests_total", kind: .counter, help: "Answers of the HTTP service, by class of status."
        ),
        .init(name: "alertd_http_stream_clients", kind: .gauge, help: "Clients that follow the stream of changes."),
        .init(
            name: "alertd_metric_series_dropped_total", kind: .counter,
            help: "Series that were not kept because a metric had too many."),
        .init(
            name: "alertd_notify_delivered_total", kind: .counter,
            help: "Notifications that a receiver has taken."),
        .init(
            name: "alertd_notify_failed_total", kind: .counter,
            help: "Tries to deliver a notification that a receiver did not take."),
        .init(
            name: "alertd_notify_given_up", kind: .gauge,
            help: "Notifications that were given up and not forgotten yet."),
        .init(
            name: "alertd_notify_oldest_seconds", kind: .gauge,
            help: "Age of the oldest notification that waits; 0 when none does."),
        .init(name: "alertd_notify_waiting", kind: .gauge, help: "Notifications that wait for their receiver."),
        .init(
            name: "alertd_pipeline_lag_seconds", kind: .gauge,
            help: "How old the camera's last frame was when its analysis began."),
        .init(name: "alertd_search_seconds", kind: .histogram, help: "Searches of past footage.", buckets: slow),
        .init(name: "alertd_spool_bytes", kind: .gauge, help: "Bytes of changes that wait on disk for the database."),
        .init(name: "alertd_storage_bytes", kind: .gauge, help: "Bytes on disk, by kind, a minute old at most."),
    ]

    /// The family called `name`; nil for one of somebody else's, which is not kept.
    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
