import Configuration
import Store

/// The standing queries of configuration file and database together. The file's word counts: its queries are copied
/// into the database by the daemon, so the copies may be older than the file.
struct StandingQueries {
    /// All of them, by name.
    let all: [StandingQuery]

    init(configuration: Configuration, stored: [StandingQuery]) {
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
    func named(_ name: String) -> StandingQuery? { all.first { $0.name == name } }
}
