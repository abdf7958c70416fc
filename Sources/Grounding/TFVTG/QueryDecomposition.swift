/// A sentence taken apart: other wordings of it, and simpler events with their order in time.
public struct QueryDecomposition: Sendable, Equatable {
    /// How the simpler events relate.
    public enum Relation: String, Sendable, CaseIterable {
        /// There is one event.
        case single = "single-query"
        /// They happen at the same time.
        case simultaneous = "simultaneously"
        /// They happen one after the other, in the order given.
        case sequential = "sequentially"
    }

    /// How ``parts`` relate.
    public var relation: Relation
    /// Other wordings of the whole sentence.
    public var paraphrases: [String]
    /// The simpler events in order, each as one or more wordings.
    public var parts: [[String]]

    /// Gathers the parts.
    public init(relation: Relation, paraphrases: [String], parts: [[String]]) {
        self.relation = relation
        self.paraphrases = paraphrases
        self.parts = parts
    }

    /// The sentence as it is.
    public static let none = QueryDecomposition(relation: .single, paraphrases: [], parts: [])
}
