/// What lies in the spool, by how dear it is. Under pressure the last goes first.
enum SpoolLane: String, CaseIterable, Sendable {
    /// Events and coverage, in the order they came. Never given up.
    case kept
    /// Samples of curves.
    case scores
    /// Rows that index encodings and footage; they can be made again from the files.
    case index

    /// The lane of a change.
    init(_ write: StoreWrite) {
        switch write.body {
        case .event, .coverage, .closeOpenEvents, .closeEvents, .leased: self = .kept
        case .scores: self = .scores
        case .index, .footage: self = .index
        }
    }
}
