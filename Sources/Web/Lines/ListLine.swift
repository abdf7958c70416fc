/// A page of a list, and where the next one begins.
struct ListLine<Item: Encodable>: Encodable {
    let items: [Item]
    let next: String?

    private enum Key: String, CodingKey { case items, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }
}
