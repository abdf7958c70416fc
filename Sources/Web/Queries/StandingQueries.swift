public import Configuration
public import Store

/// The standing queries of configuration file and database together. The file's word counts: its queries are copied
/// into the database by the daemon, so the copies may be older than the file.
public struct StandingQueries: Sendable {
    /// All of them, by name.
    public let all: [StandingQuery]

    /// The file's queries, and those in the database that have other names.
    public init(configuration: Configuration, stored: [StandingQuery]) {
        let ofFile = configuration.queries.map { query in
            StandingQuery(
                name: query.name, text: query.text,
                cameras: query.cameras.count == configuration.cameras.count ? [] : query.cameras, zone: query.zone,
                active: query.active?.description, alarmCeilingPerDay: query.alarmCeilingPerDay, origin: .file)
        }
        let names = Set(ofFile.map(\.name))
        let added = stored.filter { $0.origin == .command && !names.contains($0.name) }
        all = (ofFile + added).sorted { $0.name < $1.name }
    }

    /// The query called `name`.
    public func named(_ name: String) -> StandingQuery? { all.first { $0.name == name } }
}
