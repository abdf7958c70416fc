import NN

extension TokenizerJSON {
    /// Most pieces of a vocabulary that is turned back into text.
    private static let largestVocabulary = 4_000_000

    /// How pieces are written.
    private enum Writing {
        /// In the byte alphabet.
        case bytes
        /// With a mark for a space; `<0x0A>` is a byte.
        case marked(space: String, dropsFirst: Bool)
    }

    /// What `decoder` says, over the pieces of the vocabulary and the added tokens.
    func detokenizer() throws(ModelError) -> Detokenizer {
        let writing = try writing()
        var pieces: [(id: Int, bytes: [UInt8])] = []
        for (text, id) in try vocabularyPieces() { pieces.append((id, Self.bytes(of: text, writing))) }
        let added = try addedTokens()
        let known = Set(added.map(\.id))
        pieces.removeAll { known.contains($0.id) }
        for token in added { pieces.append((token.id, Array(token.text.utf8))) }
        var dropsFirst = false
        if case .marked(_, let drops) = writing { dropsFirst = drops }
        return Detokenizer(
            pieces, specials: Set(added.filter(\.isSpecial).map(\.id)), dropsFirstSpace: dropsFirst)
    }

    private func vocabularyPieces() throws(ModelError) -> [(text: String, id: Int)] {
        let section = try file.object("model")
        if let elements = section.json["vocab"]?.array {
            guard elements.count <= Self.largestVocabulary else {
                throw section.refusal("vocab", "\(elements.count) pieces, at most \(Self.largestVocabulary) are taken")
            }
            return elements.enumerated().map { ($1.array?.first?.string ?? "", $0) }
        }
        let entries = try vocabulary(section)
        guard entries.count <= Self.largestVocabulary else {
            throw section.refusal("vocab", "\(entries.count) pieces, at most \(Self.largestVocabulary) are taken")
        }
        return entries.map { ($0.key.text, $0.value) }
    }

    private static func bytes(of piece: String, _ writing: Writing) -> [UInt8] {
        switch writing {
        case .bytes: return ByteAlphabet.shared.bytes(of: piece) ?? Array(piece.utf8)
        case .marked(let mark, _):
            if let byte = BytePieces.names.firstIndex(of: piece), piece.utf8.count == 6 { return [UInt8(byte)] }
            return Array(TextNormalizer.replace(mark, with: " ").applied(to: piece).utf8)
        }
    }

    private func writing() throws(ModelError) -> Writing {
        let steps = try steps("decoder", list: "decoders")
        var writing: Writing?
        var dropsFirst = false
        for step in steps {
            let json = step.json
            switch step.type {
            case "ByteLevel": writing = .bytes
            case "Metaspace":
                let scheme = json["prepend_scheme"]?.string ?? "always"
                let drops = json["add_prefix_space"]?.bool ?? (scheme != "never")
                writing = .marked(space: json["replacement"]?.string ?? "▁", dropsFirst: drops)
            case "Replace":
                guard let mark = json["pattern"]?["String"]?.string, !mark.isEmpty, json["content"]?.string == " "
                else { throw unsupported(step) }
                writing = .marked(space: mark, dropsFirst: false)
            case "ByteFallback", "Fuse": continue
            case "Strip":
                guard json["content"]?.string == " ", json["start"]?.integer ?? 0 <= 1, json["stop"]?.integer ?? 0 == 0
                else { throw unsupported(step) }
                dropsFirst = json["start"]?.integer == 1
            default: throw unsupported(step)
            }
        }
        guard let writing else { throw file.refusal("decoder", "missing, but the model is to write text") }
        if case .marked(let space, let drops) = writing {
            return .marked(space: space, dropsFirst: drops || dropsFirst)
        }
        return writing
    }
}
