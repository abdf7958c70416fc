internal import Base
internal import NN
internal import VLM

/// What decoders have read of earlier prompts, so that a prompt that begins alike is read from where it differs: one for each
/// group, a few groups, bounded bytes.
final class PromptBeginnings: Sendable {
    /// Tokens of a prompt: an id, or what a visual token's numbers are.
    typealias Mark = UInt64

    private struct Kept {
        var marks: [Mark]
        var cache: KVCache
    }

    private static let groupLimit = 4
    private static let byteLimit = 64 << 20

    private let kept = Locked<[(group: String, kept: Kept)]>([])

    /// The marks of a prompt whose visual tokens [F, D] stand at the places of `visualID`.
    static func marks(_ ids: [Int], visual: Tensor, visualID: Int) -> [Mark] {
        let width = visual.shape[1]
        return visual.withValues { values in
            var row = 0
            return ids.map { id in
                guard id == visualID, row < visual.shape[0] else { return UInt64(id) }
                defer { row += 1 }
                // FNV-1a over the numbers' bits.
                let hash = values[row * width..<(row + 1) * width].reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
                    ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3
                }
                return hash | 1 << 63
            }
        }
    }

    /// What is known of a prompt's beginning, less than all of it: at least one token is left to be read.
    func longest(_ marks: [Mark], group: String?) -> (count: Int, cache: KVCache)? {
        guard let group else { return nil }
        return kept.withLock { all in
            guard let found = all.first(where: { $0.group == group })?.kept else { return nil }
            let shared = zip(found.marks, marks).prefix { $0 == $1 }.count
            let count = min(shared, marks.count - 1, found.cache.count)
            guard count > 0 else { return nil }
            var cache = found.cache
            cache.truncate(to: count)
            return (count, cache)
        }
    }

    /// Keeps what was read of a prompt, in place of the group's last.
    func keep(_ marks: [Mark], _ cache: KVCache, group: String) {
        var cache = cache
        cache.truncate(to: min(cache.count, marks.count))
        let entry = Kept(marks: marks, cache: cache)
        kept.withLock { all in
            all.removeAll { $0.group == group }
            all.append((group, entry))
            while all.count > Self.groupLimit
                || all.reduce(0, { $0 + $1.kept.cache.byteCount }) > Self.byteLimit && !all.isEmpty
            {
                all.removeFirst()
            }
        }
    }
}
