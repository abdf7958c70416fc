public import Base

/// Decides whether a picture needs an encoding of its own or can share that of the last one encoded, as long as nothing
/// but noise tells the two apart (docs/design/04-ingest.md). Pure.
public struct ChangeGate: Sendable {
    /// What to do with a picture.
    public enum Decision: Sendable, Equatable {
        /// Encode it; `regions` are the boxes of what changed, none when everything is new.
        case encode(Reason, regions: [Box])
        /// Use the encoding of the picture shown at that moment.
        case reuse(WallTime)
    }

    /// Why a picture is encoded.
    public enum Reason: String, Sendable, CaseIterable {
        /// There is none to compare with.
        case first
        /// Something changed.
        case changed
        /// The last encoding is old.
        case refresh
    }

    private let settings: GateSettings
    private let isMasked: @Sendable (_ x: Double, _ y: Double) -> Bool
    private var patches: PatchGrid?
    private var encoded: (picture: GreyPicture, time: WallTime)?
    private var latest: GreyPicture?
    /// Each patch's mean difference from one picture to the next while nothing happens there.
    private var noise: [Double] = []
    /// In what share of the pictures each patch changed from the one before.
    private var restlessness: [Double] = []
    private var pictures = 0

    /// A gate that has seen nothing. `isMasked` says which places, in fractions of width and height, never count.
    public init(
        _ settings: GateSettings = GateSettings(),
        isMasked: @escaping @Sendable (_ x: Double, _ y: Double) -> Bool = { _, _ in false }
    ) {
        (self.settings, self.isMasked) = (settings, isMasked)
    }

    /// Decides about the picture shown at `time`. The caller encodes it when told to; the gate takes that as done.
    public mutating func decide(_ picture: Picture, at time: WallTime) -> Decision {
        let grey = GreyPicture(picture)
        let isSameSize = latest.map { ($0.width, $0.height) == (grey.width, grey.height) } ?? false
        guard isSameSize, let patches, let latest, let encoded else {
            let patches = PatchGrid(width: grey.width, height: grey.height, settings, isMasked: isMasked)
            (self.patches, self.latest, noise, pictures) = (patches, grey, [], 0)
            self.encoded = (grey, time)
            return .encode(.first, regions: [])
        }
        learnNoise(patches.differences(latest, grey))
        self.latest = grey
        let changed = changedPatches(patches.differences(encoded.picture, grey))
        let age = time.seconds(since: encoded.time)
        guard !changed.isEmpty || age >= settings.refreshAfter || age < 0 else { return .reuse(encoded.time) }
        self.encoded = (grey, time)
        return .encode(changed.isEmpty ? .refresh : .changed, regions: patches.regions(of: changed))
    }

    /// The last encoding can no longer be used: the stream broke off or the encoder changed.
    public mutating func reset() { (encoded, latest) = (nil, nil) }

    /// Follows each patch's difference, as far as its neighbours do not say that something happens there.
    private mutating func learnNoise(_ differences: [Double]) {
        let sorted = differences.filter { $0 >= 0 }.sorted()
        let typical = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        let most = min(settings.mostNoise, max(settings.leastDifference, 3 * typical))
        if noise.isEmpty {
            noise = differences.map { _ in typical }
            restlessness = differences.map { _ in 0 }
        }
        pictures += 1
        let share = max(1 / Double(pictures + 1), 1 / settings.noisePictures)
        for patch in noise.indices {
            restlessness[patch] += share * ((differences[patch] > limit(patch) ? 1 : 0) - restlessness[patch])
            noise[patch] += share * (min(max(0, differences[patch]), most) - noise[patch])
        }
    }

    private func limit(_ patch: Int) -> Double { max(settings.leastDifference, settings.noiseFactor * noise[patch]) }

    private func changedPatches(_ differences: [Double]) -> [Int] {
        let isKnown = Double(pictures) >= settings.noisePictures
        let changed = differences.indices.filter {
            differences[$0] > limit($0) && !(isKnown && restlessness[$0] > settings.restlessShare)
        }
        if changed.count >= settings.leastPatches { return changed }
        return changed.contains { differences[$0] > 2 * limit($0) } ? changed : []
    }
}
