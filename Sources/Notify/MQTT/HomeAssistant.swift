/// Home Assistant's MQTT discovery: a retained message for each entity, after which it appears by itself.
/// Source: home-assistant.io, MQTT integration, "MQTT discovery".
struct HomeAssistant: Sendable {
    /// A topic and the message to be retained there.
    struct Entity: Equatable {
        let topic: String
        let payload: String
    }

    /// How topics begin.
    let prefix: String

    /// The entities of a camera: whether something goes on, an anomaly, each query, whether it is blind, and what came last.
    func entities(of state: CameraState) -> [Entity] {
        [
            sensor(state, "incident", "Incident", "{{ value_json.incident }}", ["icon": "mdi:shield-alert"]),
            sensor(state, "anomaly", "Anomaly", "{{ value_json.anomaly }}", ["icon": "mdi:chart-bell-curve"]),
            sensor(state, "blind", "Blind", "{{ value_json.blind }}", ["device_class": "problem"]),
        ]
            + state.queries.map { query in
                sensor(
                    state, "query_" + query, query, "{{ value_json.queries['\(query)'] | default('OFF') }}",
                    ["icon": "mdi:eye"])
            } + [last(state)]
    }

    private func sensor(
        _ state: CameraState, _ id: String, _ name: String, _ template: String, _ more: [String: String]
    ) -> Entity {
        var config: [String: Any] = common(state, id, name)
        config.merge(more) { _, new in new }
        config["state_topic"] = "\(prefix)/camera/\(state.camera)/state"
        config["value_template"] = template
        (config["payload_on"], config["payload_off"]) = ("ON", "OFF")
        return Entity(topic: topic("binary_sensor", state, id), payload: JSONObject.text(config))
    }

    private func last(_ state: CameraState) -> Entity {
        var config = common(state, "last", "Last notification")
        config["state_topic"] = "\(prefix)/camera/\(state.camera)/last"
        // A state has at most 255 characters.
        config["value_template"] = "{{ value_json.title[:250] }}"
        config["json_attributes_topic"] = "\(prefix)/camera/\(state.camera)/last"
        return Entity(topic: topic("sensor", state, "last"), payload: JSONObject.text(config))
    }

    private func common(_ state: CameraState, _ id: String, _ name: String) -> [String: Any] {
        [
            "name": name, "unique_id": Self.identifier("\(prefix)_\(state.camera)_\(id)"),
            "availability_topic": "\(prefix)/status",
            "device": [
                "identifiers": [Self.identifier("\(prefix)_\(state.camera)")], "name": state.camera,
                "manufacturer": "alertd", "model": "camera",
            ] as [String: Any],
        ]
    }

    private func topic(_ component: String, _ state: CameraState, _ id: String) -> String {
        "homeassistant/\(component)/\(Self.identifier("\(prefix)_\(state.camera)"))/\(Self.identifier(id))/config"
    }

    /// `text` with only the characters that identifiers may have. Others become their number, so that two names stay two.
    static func identifier(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-": String(scalar)
            case "/": "_"
            default: "_\(scalar.value)_"
            }
        }.joined()
    }
}
