internal import Base
internal import Yams

extension ConfigurationReader {
    /// A camera that the file names, with the zones it has, whether or not the rest of it is right.
    struct DeclaredCamera {
        let name: String
        let zones: Set<String>
    }

    /// The camera `name`; nil when something without which it cannot be is missing.
    func camera(_ name: String, _ section: SectionReader) -> CameraConfiguration? {
        let url = section.media("url")
        let recordURL = section.media("record_url")
        let settings = (
            open: section.seconds("open_timeout_seconds"), read: section.seconds("read_timeout_seconds"),
            fps: section.number("analyse_fps"), ceiling: section.number("alarm_ceiling_per_day"),
            verifies: section.boolean("tls_verify"), gates: section.boolean("change_gate"),
            masks: section.polygons("masks"), zones: section.zones("zones"),
            transport: section.choice("transport") as CameraConfiguration.Transport,
            decoder: section.choice("decoder") as CameraConfiguration.Decoder
        )
        let retention = retention(section.section("retention"))
        let clips = clips(section.section("clips"))
        guard let url, let name = CameraID(name) else { return nil }
        return CameraConfiguration(
            name: name, url: url, recordURL: recordURL ?? url, transport: settings.transport,
            openTimeout: settings.open, readTimeout: settings.read, verifiesTLS: settings.verifies,
            decoder: settings.decoder, analyseFPS: settings.fps, gatesChanges: settings.gates, masks: settings.masks,
            zones: settings.zones,
            alarmCeilingPerDay: settings.ceiling, retention: retention, clips: clips)
    }

    private func retention(_ section: SectionReader) -> RetentionConfiguration {
        RetentionConfiguration(
            encodingsDays: section.integer("encodings_days"), encodingsGiB: section.number("encodings_gib"),
            eventsDays: section.integer("events_days"), scoresDays: section.integer("scores_days"),
            clipsDays: section.integer("clips_days"), clipsGiB: section.number("clips_gib"))
    }

    private func clips(_ section: SectionReader) -> ClipsConfiguration {
        ClipsConfiguration(before: section.seconds("pre_seconds"), after: section.seconds("post_seconds"))
    }

    /// The names under `cameras` and their zones' names, without reporting anything a second time.
    func declaredCameras(_ root: SectionReader) -> [DeclaredCamera] {
        guard case .mapping(let mapping)? = root.value("cameras") else { return [] }
        return mapping.prefix(SectionReader.mostNamed).compactMap { key, value in
            guard case .scalar(let name) = key else { return nil }
            guard case .mapping(let camera) = value, case .mapping(let zones)? = camera["zones"] else {
                return DeclaredCamera(name: YAMLTree.key(name.string), zones: [])
            }
            let names = zones.compactMap { zone, _ -> String? in
                guard case .scalar(let zone) = zone else { return nil }
                return YAMLTree.key(zone.string)
            }
            return DeclaredCamera(name: YAMLTree.key(name.string), zones: Set(names))
        }
    }
}
