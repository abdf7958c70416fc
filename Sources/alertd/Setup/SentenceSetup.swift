import Configuration
import VLM

/// The encoder that search understands descriptions with.
enum SentenceSetup {
    /// The encoder of `models.sentences`; nil when there is none. Throws `ModelError` for a folder that cannot be loaded.
    static func encoder(_ configuration: Configuration) throws(ModelError) -> SentenceBERT? {
        guard let folder = configuration.models.sentences else { return nil }
        return try SentenceBERT.load(folder: folder)
    }
}
