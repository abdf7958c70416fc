import NN

extension TokenizerJSON {
    /// What `post_processor` puts before and after a single text.
    func marks() throws(ModelError) -> (before: [Int], after: [Int]) {
        var (before, after) = ([Int](), [Int]())
        for step in try steps("post_processor", list: "processors") {
            switch step.type {
            case "ByteLevel": continue
            case "TemplateProcessing":
                let (left, right) = try template(step)
                (before, after) = (left + before, after + right)
            case "BertProcessing", "RobertaProcessing":
                guard let start = step.json["cls"]?.array?.last?.integer,
                    let end = step.json["sep"]?.array?.last?.integer,
                    (0...Int(Int32.max)).contains(start), (0...Int(Int32.max)).contains(end)
                else { throw file.refusal(step.key, "without cls and sep") }
                (before, after) = ([start] + before, after + [end])
            default: throw file.refusal(step.key, "step \(step.type.prefix(60)) is not supported")
            }
        }
        return (before, after)
    }

    /// `[CLS] $A [SEP]` as a list of marks around one text.
    private func template(_ step: Step) throws(ModelError) -> (before: [Int], after: [Int]) {
        guard let items = step.json["single"]?.array, items.count <= 64 else {
            throw file.refusal(step.key + ".single", "missing or no array")
        }
        var (before, after, texts) = ([Int](), [Int](), 0)
        for (index, item) in items.enumerated() {
            if item["Sequence"] != nil {
                texts += 1
            } else {
                let name = item["SpecialToken"]?["id"]?.string ?? ""
                let ids = step.json["special_tokens"]?[name]?["ids"]?.array?.compactMap(\.integer) ?? []
                guard !ids.isEmpty, ids.count <= 64, ids.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
                    throw file.refusal("\(step.key).single.\(index)", "a mark without ids")
                }
                if texts == 0 { before += ids } else { after += ids }
            }
        }
        guard texts == 1 else { throw file.refusal(step.key + ".single", "\(texts) texts, expected one") }
        return (before, after)
    }
}
