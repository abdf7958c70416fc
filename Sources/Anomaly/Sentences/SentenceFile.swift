/// Reads a sentence file.
///
/// ```
/// # comment
/// [fighting]
/// anomalous: two people are fighting
/// normal: two people shake hands
/// [calm]
/// normal: an empty yard
/// ```
///
/// `[calm]` holds normal sentences that count in every category. Whatever is not understood is refused with its line:
/// a misspelt key would otherwise silently change what alarms.
public enum SentenceFile {
    /// Most categories.
    public static let categoryLimit = 64
    /// Most sentences on one side of a category.
    public static let sentenceLimit = 64
    /// Longest sentence in characters.
    public static let lengthLimit = 200
    /// Longest file in bytes.
    public static let byteLimit = 1 << 20

    private static let calmName = "calm"

    /// Reads `bytes`, which errors call `name`. Throws `AnomalyError.sentences` for the first line that cannot be
    /// accepted: an unknown key or form, a sentence twice or on both sides, a category without one of its sides.
    public static func read(_ bytes: [UInt8], name: String) throws(AnomalyError) -> SentenceList {
        guard bytes.count <= byteLimit else {
            throw .sentences(
                file: name, line: 1, problem: "the file is larger than \(byteLimit) bytes; split or shorten it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .sentences(file: name, line: 1, problem: "the file is not UTF-8; save it as UTF-8")
        }
        var reader = Reader(file: name)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try reader.take(line, number: index + 1)
        }
        return try reader.finish()
    }

    private struct Reader {
        let file: String
        private var categories: [SentenceList.Category] = []
        private var calm: [SentenceList.Entry] = []
        private var isCalm = false
        private var calmLine: Int?
        /// By normalised sentence, over all categories.
        private var sides: [String: (isAnomalous: Bool, line: Int)] = [:]

        init(file: String) { self.file = file }

        mutating func take(_ line: Substring, number: Int) throws(AnomalyError) {
            let text = line.trimmed
            if text.isEmpty || text.first == "#" { return }
            if text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" || $0.value == 127 }) {
                throw problem(number, "a control character; remove it")
            }
            if text.first == "[" { return try begin(text, number) }
            guard let colon = text.firstIndex(of: ":") else {
                throw problem(
                    number, "expected `[category]`, `anomalous: …` or `normal: …`, found \"\(text.prefix(40))\"")
            }
            let key = text[..<colon].trimmed
            let sentence = text[text.index(after: colon)...].trimmed
            switch key {
            case "anomalous": try add(sentence, isAnomalous: true, number)
            case "normal": try add(sentence, isAnomalous: false, number)
            default: throw problem(number, "unknown key \"\(key.prefix(40))\"; there are `anomalous` and `normal`")
            }
        }

        private mutating func begin(_ text: Substring, _ number: Int) throws(AnomalyError) {
            let name = text.dropFirst().dropLast().trimmed
            let isName =
                !name.isEmpty && name.count <= 40
                && name.allSatisfy { $0.isLetter || $0.isNumber || " -_".contains($0) }
            guard text.last == "]", isName else {
                throw problem(number, "a category is written `[name]`, of letters, digits, blanks, - and _")
            }
            if name == calmName {
                if let calmLine { throw problem(number, "[calm] stands on line \(calmLine) already; join the two") }
                (isCalm, calmLine) = (true, number)
                return
            }
            if let first = categories.first(where: { $0.name == name }) {
                throw problem(number, "category [\(name)] stands on line \(first.line) already; join the two")
            }
            guard categories.count < categoryLimit else {
                throw problem(number, "more than \(categoryLimit) categories; remove some")
            }
            isCalm = false
            categories.append(.init(name: String(name), line: number, anomalous: [], normal: []))
        }

        private mutating func add(_ sentence: Substring, isAnomalous: Bool, _ number: Int) throws(AnomalyError) {
            guard !sentence.isEmpty else { throw problem(number, "no sentence after the colon") }
            guard sentence.count <= lengthLimit else {
                throw problem(number, "a sentence of \(sentence.count) characters; \(lengthLimit) are allowed")
            }
            guard isCalm || !categories.isEmpty else {
                throw problem(number, "a sentence before the first category; write `[category]` above it")
            }
            if isCalm, isAnomalous { throw problem(number, "[calm] holds normal sentences only") }
            let key = sentence.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
            if let known = sides[key] {
                let what =
                    known.isAnomalous == isAnomalous
                    ? "stands on line \(known.line) already; remove one"
                    : "is \(known.isAnomalous ? "anomalous" : "normal") on line \(known.line); it cannot be both"
                throw problem(number, "\"\(sentence.prefix(60))\" \(what)")
            }
            sides[key] = (isAnomalous, number)
            let entry = SentenceList.Entry(text: String(sentence), line: number)
            let last = categories.count - 1
            let count = isCalm ? calm.count : (isAnomalous ? categories[last].anomalous : categories[last].normal).count
            guard count < sentenceLimit else {
                throw problem(number, "more than \(sentenceLimit) sentences here; remove some")
            }
            if isCalm {
                calm.append(entry)
            } else if isAnomalous {
                categories[last].anomalous.append(entry)
            } else {
                categories[last].normal.append(entry)
            }
        }

        func finish() throws(AnomalyError) -> SentenceList {
            for category in categories {
                if category.anomalous.isEmpty {
                    throw problem(category.line, "category [\(category.name)] has no anomalous sentence")
                }
                if category.normal.isEmpty && calm.isEmpty {
                    throw problem(
                        category.line, "category [\(category.name)] has no normal sentence, and there is no [calm]")
                }
            }
            guard !categories.isEmpty else { throw problem(1, "no category; write `[category]` and sentences") }
            return SentenceList(categories: categories, calm: calm)
        }

        private func problem(_ line: Int, _ text: String) -> AnomalyError {
            .sentences(file: file, line: line, problem: text)
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
