internal import Base
internal import Yams

extension ConfigurationReader {
    /// The queries, whose cameras and zones must be declared; `cameras` are those that could be read.
    func queries(_ root: SectionReader, _ cameras: [CameraConfiguration]) -> [QueryConfiguration] {
        let declared = declaredCameras(root)
        let unknown = Refusal(
            "no such camera",
            allowed: "under cameras: "
                + declared.prefix(20).map { ReadingContext.shown($0.name) }.joined(separator: ", "))
        return root.namedSections("queries").compactMap { name, section in
            if name == QueryConfiguration.reservedName, let node = section.node {
                section.context.report(
                    node, section.path, "\(name) is the address of back-tests in the HTTP API", "another name")
            }
            let text = section.text("text")
            let named = section.texts("cameras", else: unknown) { camera in declared.contains { $0.name == camera } }
            if section.has("cameras"), let named, named.isEmpty, isEmptyList(section) {
                section.report("cameras", "an empty list watches nothing", "leave it out for all cameras")
            }
            let zone = section.text("zone")
            let watched = declared.filter { named?.contains($0.name) ?? true }
            if let zone { check(zone, section, watched) }
            let active = section.window("active")
            let ceiling = section.number("alarm_ceiling_per_day")
            guard let text else { return nil }
            let names = Set(watched.map(\.name))
            return QueryConfiguration(
                name: name, text: text, cameras: cameras.map(\.name).filter { names.contains($0.name) }, zone: zone,
                active: active, alarmCeilingPerDay: ceiling)
        }
    }

    private func isEmptyList(_ section: SectionReader) -> Bool {
        guard case .sequence(let items)? = section.value("cameras") else { return false }
        return items.isEmpty
    }

    private func check(_ zone: String, _ section: SectionReader, _ cameras: [DeclaredCamera]) {
        let lacking = cameras.filter { !$0.zones.contains(zone) }.map { ReadingContext.shown($0.name) }
        guard !lacking.isEmpty else { return }
        let shared = cameras.dropFirst().reduce(cameras.first?.zones ?? []) { $0.intersection($1.zones) }
        let known = shared.sorted().map(ReadingContext.shown).joined(separator: ", ")
        section.report(
            "zone", "no such zone on " + lacking.prefix(10).joined(separator: ", "),
            known.isEmpty ? "its cameras share no zone; leave it out" : "zones of its cameras: " + known)
    }
}
