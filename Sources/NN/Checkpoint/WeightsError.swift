/// Why a file of weights was refused. Every case names the file and, where there is one, the key.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
    /// The file cannot be opened or mapped.
    case unreadable(file: String, reason: String)
    /// The file ends before `needed` bytes.
    case truncated(file: String, needed: UInt64, found: UInt64)
    /// The safetensors header breaks the format; `key` is the tensor at fault when one is known.
    case malformedHeader(file: String, key: String?, problem: String)
    /// The index of a sharded checkpoint breaks the format.
    case malformedIndex(file: String, key: String?, problem: String)
    /// The zip archive of a torch checkpoint breaks the format.
    case malformedArchive(file: String, problem: String)
    /// The pickle of a torch checkpoint breaks the format; `key` is the entry at fault when one is known.
    case malformedPickle(file: String, key: String?, problem: String)
    /// The pickle of a torch checkpoint names something that is no part of weights; it was not looked up.
    case forbiddenPickle(file: String, name: String)
    /// A tensor that the model needs is not in the file.
    case missingKey(file: String, key: String)
    /// Tensors that the model does not know.
    case unusedKeys(file: String, keys: [String])
    /// A tensor of another shape than the configuration promises.
    case wrongShape(file: String, key: String, expected: [Int], found: [Int])
    /// A tensor of a number format that cannot stand there.
    case wrongType(file: String, key: String, expected: String, found: String)
    /// A weight that is NaN or infinite.
    case notFinite(file: String, key: String)

    /// One line: what, where, why, what to do.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "cannot read weights \(file): \(reason); check the path and its permissions"
        case .truncated(let file, let needed, let found):
            "weights \(file) end at byte \(found), \(needed) needed; fetch the file again"
        case .malformedHeader(let file, let key, let problem):
            "weights \(file)\(Self.tensor(key)): malformed safetensors header: \(problem); fetch the file again"
        case .malformedIndex(let file, let key, let problem):
            "index \(file)\(Self.tensor(key)): \(problem); fetch the file again"
        case .malformedArchive(let file, let problem):
            "weights \(file): malformed torch archive: \(problem); fetch the file again, or convert it to safetensors"
        case .malformedPickle(let file, let key, let problem):
            "weights \(file)\(Self.tensor(key)): malformed pickle: \(problem); fetch the file again, or convert it to "
                + "safetensors"
        case .forbiddenPickle(let file, let name):
            "weights \(file): its pickle wants \(name), which weights have no use for; nothing was executed; take the "
                + "model from a source that you trust, as safetensors"
        case .missingKey(let file, let key):
            "weights \(file): tensor \(key) is missing; the file does not belong to this configuration"
        case .unusedKeys(let file, let keys):
            "weights \(file): \(keys.count) unknown tensor(s): \(keys.prefix(5).joined(separator: ", "))"
                + (keys.count > 5 ? ", …" : "") + "; the file does not belong to this configuration"
        case .wrongShape(let file, let key, let expected, let found):
            "weights \(file): tensor \(key) is \(found), expected \(expected); the file and config.json disagree"
        case .wrongType(let file, let key, let expected, let found):
            "weights \(file): tensor \(key) holds \(found), expected \(expected); convert the file"
        case .notFinite(let file, let key):
            "weights \(file): tensor \(key) holds NaN or infinity; the file is damaged, fetch it again"
        }
    }

    private static func tensor(_ key: String?) -> String { key.map { ", tensor \($0)" } ?? "" }
}
