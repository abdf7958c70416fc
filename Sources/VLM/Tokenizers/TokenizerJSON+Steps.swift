import NN

extension TokenizerJSON {
    /// One declared step and where it stands in the file.
    struct Step {
        let json: JSONValue
        let key: String

        var type: String { json["type"]?.string ?? "(none)" }
    }

    /// The steps under `key`: one, or those of a `Sequence` under `list`.
    func steps(_ key: String, list: String) throws(ModelError) -> [Step] {
        guard file.has(key) else { return [] }
        let top = try file.object(key)
        guard top.json["type"]?.string == "Sequence" else { return [Step(json: top.json, key: key)] }
        guard let elements = top.json[list]?.array, elements.count <= 16 else {
            throw top.refusal(list, "missing, no array or longer than 16")
        }
        return elements.enumerated().map { Step(json: $1, key: "\(key).\(list).\($0)") }
    }

    /// `added_tokens`
    func addedTokens() throws(ModelError) -> [AddedToken] {
        guard file.has("added_tokens") else { return [] }
        guard let elements = file.json["added_tokens"]?.array else { throw file.refusal("added_tokens", "no array") }
        guard elements.count <= 65_536 else {
            throw file.refusal("added_tokens", "\(elements.count), at most 65536 are taken")
        }
        var tokens: [AddedToken] = []
        for (index, element) in elements.enumerated() {
            guard let text = element["content"]?.string, !text.isEmpty, let id = element["id"]?.integer,
                id >= 0, id <= Int32.max
            else { throw file.refusal("added_tokens.\(index)", "without content and id") }
            guard text.unicodeScalars.count <= AddedTokens.maximumLength else {
                throw file.refusal("added_tokens.\(index)", "longer than \(AddedTokens.maximumLength) characters")
            }
            let isSpecial = element["special"]?.bool ?? false
            tokens.append(
                AddedToken(
                    text: text, id: id, takesSpaceBefore: element["lstrip"]?.bool ?? false,
                    takesSpaceAfter: element["rstrip"]?.bool ?? false,
                    isWholeWord: element["single_word"]?.bool ?? false,
                    isNormalized: element["normalized"]?.bool ?? !isSpecial, isSpecial: isSpecial))
        }
        return tokens
    }

    /// `normalizer`
    func normalizers() throws(ModelError) -> [TextNormalizer] {
        var result: [TextNormalizer] = []
        for step in try steps("normalizer", list: "normalizers") { result += try normalizers(step) }
        return result
    }

    private func normalizers(_ step: Step) throws(ModelError) -> [TextNormalizer] {
        let json = step.json
        switch step.type {
        case "NFC": return [.composed]
        case "NFD": return [.decomposed]
        case "NFKC": return [.compatiblyComposed]
        case "NFKD": return [.compatiblyDecomposed]
        case "Lowercase": return [.lowercase(knowsFinalSigma: false)]
        case "StripAccents": return [.stripAccents]
        case "Strip":
            return [.trim(left: json["strip_left"]?.bool ?? true, right: json["strip_right"]?.bool ?? true)]
        case "Prepend": return [.prepend(json["prepend"]?.string ?? "")]
        case "Replace": return [try replacement(step)]
        case "BertNormalizer": return bertNormalizers(json)
        case "Precompiled": return [.table(try table(step))]
        default: throw unsupported(step)
        }
    }

    private func replacement(_ step: Step) throws(ModelError) -> TextNormalizer {
        let (pattern, content) = (step.json["pattern"], step.json["content"]?.string)
        if let text = pattern?["String"]?.string, let content, !text.isEmpty { return .replace(text, with: content) }
        switch (pattern?["Regex"]?.string, content) {
        case (#"\s+"#, " "): return .foldWhitespace(isTrimming: false)
        case (" {2,}", let content?): return .replaceSpaces(with: content)
        default: throw unsupported(step)
        }
    }

    private func bertNormalizers(_ json: JSONValue) -> [TextNormalizer] {
        let isLowering = json["lowercase"]?.bool ?? true
        let isStripping = json["strip_accents"]?.bool ?? isLowering
        return (json["clean_text"]?.bool ?? true ? [.bertCleanUp] : [])
            + (json["handle_chinese_chars"]?.bool ?? true ? [.separateIdeographs] : [])
            + (isStripping ? [.decomposed, .stripAccents] : [])
            + (isLowering ? [.lowercase(knowsFinalSigma: false)] : [])
    }

    private func table(_ step: Step) throws(ModelError) -> CharacterTable {
        guard let text = step.json["precompiled_charsmap"]?.string, let bytes = Base64.bytes(of: Array(text.utf8)),
            let table = CharacterTable(bytes)
        else { throw file.refusal(step.key + ".precompiled_charsmap", "not a table in base 64") }
        return table
    }

    /// `pre_tokenizer`
    func rules() throws(ModelError) -> [WordRule] {
        var result: [WordRule] = []
        for step in try steps("pre_tokenizer", list: "pretokenizers") { result += try rules(step) }
        return result
    }

    private func rules(_ step: Step) throws(ModelError) -> [WordRule] {
        let json = step.json
        switch step.type {
        case "ByteLevel":
            return (json["add_prefix_space"]?.bool ?? true ? [.prefixSpace] : [])
                + (json["use_regex"]?.bool ?? true ? [.pattern(.gpt2)] : [])
        case "Split": return [try split(step)]
        case "Metaspace":
            let mark = json["replacement"]?.string?.unicodeScalars ?? "▁".unicodeScalars
            let oldPlace: WordRule.SpaceMarkPlace = json["add_prefix_space"]?.bool ?? true ? .always : .never
            let place = json["prepend_scheme"]?.string.map(WordRule.SpaceMarkPlace.init) ?? oldPlace
            guard mark.count == 1, let first = mark.first, let place else { throw unsupported(step) }
            return [.spaceMark(first, prepends: place, splits: json["split"]?.bool ?? true)]
        case "BertPreTokenizer": return [.bert]
        case "WhitespaceSplit": return [.whitespace]
        case "Digits": return [.digits(single: json["individual_digits"]?.bool ?? false)]
        default: throw unsupported(step)
        }
    }

    private func split(_ step: Step) throws(ModelError) -> WordRule {
        let json = step.json
        guard json["invert"]?.bool ?? false == false else { throw unsupported(step) }
        switch (json["behavior"]?.string, json["pattern"]?["Regex"]?.string, json["pattern"]?["String"]?.string) {
        case ("Isolated", let expression?, nil):
            guard let pattern = WordPattern(expression: expression) else { throw unsupported(step) }
            return .pattern(pattern)
        case ("MergedWithPrevious", nil, let text?):
            guard text.unicodeScalars.count == 1, let character = text.unicodeScalars.first else {
                throw unsupported(step)
            }
            return .endBehind(character)
        default: throw unsupported(step)
        }
    }

    func unsupported(_ step: Step) -> ModelError {
        file.refusal(step.key, "step \(step.type.prefix(60)) as it stands there is not supported")
    }
}
