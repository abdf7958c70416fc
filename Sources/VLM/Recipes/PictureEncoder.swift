public import Base

// Letters: S side of the encoder's picture · D width of an encoding.

/// A model that turns pictures into vectors which can be compared, and sentences into vectors of the same space where it
/// has a text tower. Immutable and shareable; every call runs on the calling thread.
public protocol PictureEncoder: Sendable {
    /// S: pictures are brought to about S × S, so larger ones bring no more detail.
    var imageSize: Int { get }
    /// D: length of every encoding.
    var width: Int { get }
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal: encodings are comparable only under one digest.
    var digest: String { get }

    /// Any number of pictures of any size → one L2-normalised vector [D] each, in order.
    func encode(pictures: [Picture]) -> [[Float]]

    /// A sentence → its L2-normalised vector [D]. Throws ``ModelError/hasNoText(model:)`` where the model has no text
    /// tower, and for texts that are empty or too long.
    func encode(text sentence: String) throws(ModelError) -> TextEncoding

    /// The words of `text` that the vocabulary hardly knows, in order, each once.
    func unknownWords(in text: String) throws(ModelError) -> [String]
}
