/// Sentences about anomalous and normal scenes by category, as people write them in a file.
public struct SentenceList: Sendable, Equatable {
    /// One sentence and the line it stands on.
    public struct Entry: Sendable, Equatable {
        /// The sentence.
        public let text: String
        /// Line of the file, from 1.
        public let line: Int
    }

    /// A kind of anomaly and what looks like it without being one.
    public struct Category: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Line of the file, from 1.
        public let line: Int
        /// Sentences about the anomaly.
        public internal(set) var anomalous: [Entry]
        /// Sentences about normal scenes that look like it.
        public internal(set) var normal: [Entry]
    }

    /// The categories in the order of the file.
    public let categories: [Category]
    /// Sentences about normal scenes that every category is compared with: an empty yard, a quiet street.
    public let calm: [Entry]
}
