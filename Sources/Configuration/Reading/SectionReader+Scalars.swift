internal import Yams

extension SectionReader {
    /// The number under `name`, else the table's default.
    func number(_ name: String) -> Double {
        guard case .number(let range) = key(name).kind else { preconditionFailure("\(name) is no number") }
        let fallback = key(name).fallback.flatMap(Double.init) ?? range.lowerBound
        return read(name) { scalar throws(Refusal) in try ScalarRules.number(scalar, in: range) } ?? fallback
    }

    /// The number of seconds under `name`, else the table's default.
    func seconds(_ name: String) -> Duration { .milliseconds(Int64((number(name) * 1000).rounded())) }

    /// The whole number under `name`, else the table's default.
    func integer(_ name: String) -> Int {
        guard case .integer(let range) = key(name).kind else { preconditionFailure("\(name) is no integer") }
        let fallback = key(name).fallback.flatMap { Int($0) } ?? range.lowerBound
        return read(name) { scalar throws(Refusal) in try ScalarRules.integer(scalar, in: range) } ?? fallback
    }

    /// The boolean under `name`, else the table's default.
    func boolean(_ name: String) -> Bool {
        read(name) { scalar throws(Refusal) in try ScalarRules.boolean(scalar) } ?? (key(name).fallback == "true")
    }

    /// The text under `name`, else the table's default, else nil; a required one that is missing is a problem.
    func text(_ name: String) -> String? {
        let key = key(name)
        if !has(name), key.isRequired { reportMissing(name) }
        return read(name) { scalar throws(Refusal) in try ScalarRules.text(scalar, key.kind) } ?? key.fallback
    }

    /// The word under `name` as one of an enumeration's cases, else the table's default.
    func choice<Word: RawRepresentable<String> & CaseIterable>(_ name: String) -> Word {
        let word = text(name).flatMap(Word.init(rawValue:)) ?? Word.allCases.first
        guard let word else { preconditionFailure("\(name) has no words") }
        return word
    }

    /// The address of a stream under `name`.
    func media(_ name: String) -> SecretURL? {
        if !has(name), key(name).isRequired { reportMissing(name) }
        return read(name) { scalar throws(Refusal) in try AddressRules.media(scalar) }
    }

    /// The address under `name`; nil when it is absent or the table's word for something else.
    func url(_ name: String, hidesPath: Bool = false, mayLackHost: Bool = false) -> SecretURL? {
        guard case .url(let word, let schemes) = key(name).kind else { preconditionFailure("\(name) is no address") }
        let found = read(name) { scalar throws(Refusal) in
            try AddressRules.url(
                scalar, word: word, schemes: schemes, hidesPath: hidesPath, mayLackHost: mayLackHost)
        }
        return found ?? nil
    }

    /// The host and port under `name`, else the table's default.
    func listen(_ name: String) -> ListenAddress {
        let found = read(name) { scalar throws(Refusal) in try AddressRules.listen(scalar) }
        guard let address = found ?? key(name).fallback.flatMap(ListenAddress.init) else {
            preconditionFailure("\(name) has no default")
        }
        return address
    }

    /// The part of the day under `name`.
    func window(_ name: String) -> DailyWindow? {
        read(name) { scalar throws(Refusal) in
            let text = scalar.text
            guard let window = DailyWindow(text) else { throw Refusal("not a part of the day") }
            return window
        }
    }

    /// Reads the file's value and the one that overrides it; the latter counts, but both must be right.
    private func read<Value>(_ name: String, _ parse: (Scalar) throws(Refusal) -> Value) -> Value? {
        let full = Self.join(path, name)
        let fromFile = value(name).flatMap { node in
            self.scalar(node, at: full, key(name).kind).flatMap { accept($0, key(name).kind, parse) }
        }
        guard let override = context.overrides[full] else { return fromFile }
        let scalar = Scalar(
            path: full, place: override.place, text: override.text, written: YAMLText.escaped(override.text),
            isPlain: true, isFromFile: false)
        return accept(scalar, key(name).kind, parse)
    }

    /// The scalar at `node`, expanded when the key takes text.
    func scalar(_ node: Node, at path: String, _ kind: ConfigurationKind) -> Scalar? {
        guard context.admits(node, path) else { return nil }
        guard case .scalar(let scalar) = node else {
            context.report(node, path, "not a single value", kind.allowed)
            return nil
        }
        let isPlain = scalar.style == .plain
        guard kind.isText || kind.typeName.hasPrefix("list") || kind.typeName == "word" else {
            return Scalar(
                path: path, place: context.place(of: node), text: scalar.string, written: scalar.string,
                isPlain: isPlain, isFromFile: true)
        }
        do {
            let (text, isExpanded) = try context.expansion.expand(scalar.string)
            if isExpanded { context.remember(scalar.string, at: path) }
            return Scalar(
                path: path, place: context.place(of: node), text: text, written: scalar.string, isPlain: isPlain,
                isFromFile: true)
        } catch {
            context.report(node, path, error.problem, error.allowed ?? kind.allowed)
            return nil
        }
    }

    /// What `parse` makes of `scalar`; its refusal is a problem.
    func accept<Value>(
        _ scalar: Scalar, _ kind: ConfigurationKind, _ parse: (Scalar) throws(Refusal) -> Value
    ) -> Value? {
        do {
            return try parse(scalar)
        } catch {
            context.report(scalar.place, scalar.path, error.problem, error.allowed ?? kind.allowed)
            return nil
        }
    }
}
