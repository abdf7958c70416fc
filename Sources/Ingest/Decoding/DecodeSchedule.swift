/// Decides which packets of a stream go to the decoder so that every sampled frame comes out as it would from full
/// decoding (docs/design/04-ingest.md, "Decoding at least cost"). Pure: it sees what packets say, and is told what the
/// decoder gave.
package struct DecodeSchedule {
    /// What is to be done, in order.
    package enum Command: Sendable, Equatable {
        /// Forget the packets kept back.
        case dropHeld
        /// Send the packets kept back, in their order; `due` alone needs those that nothing refers to.
        case releaseHeld
        /// Send this packet.
        case send
        /// Keep this packet back.
        case hold
        /// Let everything in the decoder come out, then reset it.
        case drain
        /// Reset the decoder.
        case flush
        /// Place the times of the group before, of which nothing more will come out.
        case settle
    }

    /// What a frame that came out means for the times of those that did not.
    package enum Placement: Equatable {
        /// These frames come before it, undecoded.
        case after([Moment])
        /// It came out before.
        case known
    }

    /// A frame's time and duration in ticks.
    package struct Moment: Equatable {
        package let time: Int64
        package let duration: Int64
    }

    /// A group is given up waiting for in key-frame mode after this many times the longest of the latest ones.
    package static let patience = 1.5
    /// Key frames alone serve a rate when none comes later than this many times its interval after the one before.
    package static let latestKey = 1.05
    /// Packets kept back at most: count, bytes, and seconds, so that a camera's pictures are never silent for long.
    package static let mostHeld = 1024
    package static let mostHeldBytes = 32 << 20
    package static let longestHeld = 8.0
    /// Groups whose length is remembered.
    private static let rememberedGroups = 8
    /// After this many surprises a stream is decoded in full for good.
    private static let mostSurprises = 3

    /// The mode of the current group.
    package private(set) var mode = DecodeMode.full

    private let tick: Double
    private let interval: Double
    private let isExact: Bool
    private var groups: [Double] = []
    private var entry: Int64?
    private var latest: Int64?
    private var greatestSent: Int64?
    private var isRegular = false
    private var surprises = 0

    private var isSurprised = false
    private var isLeavingFull = false
    private var count = GroupCount()
    /// Times of the current group and of the one before that were not placed yet, ascending.
    private var pending: [Moment] = []
    private var old: [Moment] = []
    private var repeated: Int64?

    private var heldCount = 0
    private var heldBytes = 0
    private var heldSince: Int64?
    private var hasDueHeld = false
    private var entryWasSent = false

    /// A schedule for `rate` frames a second of a stream with `tick` seconds a tick. `isExact` forbids key frames in
    /// place of the frames that the slots ask for.
    package init(rate: Double, tick: Double, isExact: Bool = false) {
        (interval, self.tick, self.isExact) = (1 / rate, tick, isExact)
    }

    /// The longest of the latest groups in seconds; nil before there are two.
    package var groupSeconds: Double? { groups.count < 2 ? nil : groups.max() }

    /// What to do with `picture`'s packet. `isDue` says whether a time reaches the next slot of the current run.
    package mutating func commands(for picture: CodedPicture, isDue: (Int64) -> Bool) -> [Command] {
        guard let time = picture.time, picture.isPlain, !isSurprised, !jumps(to: time, isEntry: picture.isEntry) else {
            return giveUp(picture)
        }
        latest = max(latest ?? time, time)
        if picture.isEntry { return begin(picture, time, isDue) }
        if mode == .full {
            count.sent(time)
            return [.send]
        }
        insert(Moment(time: time, duration: picture.duration))
        if mode == .keyFrames { return wait(picture, time, isDue) }
        let isNeeded = isDue(time)
        if isNeeded || isCatching(isDue) || isFull {
            if !isNeeded, !picture.isReference, !isFull { return [] }
            return release(time)
        }
        return hold(picture, time)
    }

    /// What to do when no more packets come.
    package mutating func commandsAtEnd(isDue: (Int64) -> Bool) -> [Command] {
        old += pending
        pending = []
        if mode == .full { return [.drain, .settle] }
        if hasDueHeld { return resend() + [.drain, .settle] }
        return isCatching(isDue) ? [.drain, .settle] : [.flush, .settle]
    }

    /// A frame with presentation time `time` came out of the decoder.
    package mutating func emitted(_ time: Int64?) -> Placement {
        guard let time else {
            surprise()
            return .after(settled())
        }
        if mode == .full { isRegular = count.emitted(time) ?? isRegular }
        if repeated == time {
            repeated = nil
            return .known
        }
        if let place = old.firstIndex(where: { $0.time == time }) {
            return .after(Self.take(&old, through: place))
        }
        if let place = pending.firstIndex(where: { $0.time == time }) {
            let before = settled()
            return .after(before + Self.take(&pending, through: place))
        }
        if isLeavingFull { return .after(settled()) }
        if mode == .full, old.isEmpty, pending.isEmpty { return .after([]) }
        if mode != .full { surprise() }
        let before = settled() + pending
        pending = []
        return .after(before)
    }

    /// The times of the group before that nothing came out for: for ``Command/settle``.
    package mutating func settle() -> [Moment] {
        isLeavingFull = false
        return settled()
    }

    private mutating func settled() -> [Moment] {
        defer { old = [] }
        return old
    }

    /// Whether a packet that nothing refers to can be left out when held ones are released: what `isDue` says of its
    /// time.
    package static func isSuperfluous(_ picture: CodedPicture, isDue: (Int64) -> Bool) -> Bool {
        !picture.isReference && !(picture.time.map(isDue) ?? true)
    }
}

// MARK: - Groups

extension DecodeSchedule {
    private mutating func begin(_ picture: CodedPicture, _ time: Int64, _ isDue: (Int64) -> Bool) -> [Command] {
        if let entry {
            groups.append((Double(time) - Double(entry)) * tick)
            if groups.count > Self.rememberedGroups { groups.removeFirst() }
        }
        entry = time
        let wasFull = mode == .full
        let wasCatching = isCatching(isDue)
        mode = isRegular && surprises < Self.mostSurprises ? sparingMode : .full
        if mode == .full {
            count.begins(time)
            return [.send]
        }
        isLeavingFull = wasFull
        (old, pending) = (old + pending, [Moment(time: time, duration: picture.duration)])
        var commands: [Command] = []
        if wasFull || wasCatching {
            commands = [.drain]
        } else if greatestSent != nil {
            commands = [.flush]
        }
        commands += [.dropHeld, .settle]
        forgetHeld()
        (greatestSent, entryWasSent, count, repeated) = (nil, false, GroupCount(), nil)
        guard isDue(time) else { return commands + hold(picture, time) }
        if mode == .keyFrames {
            // Kept as well: if the next key frame stays away, the group is decoded after all.
            entryWasSent = true
            return commands + [.send, .drain] + hold(picture, time)
        }
        greatestSent = time
        return commands + [.send]
    }

    /// What the measured groups allow. Key frames must come at the wanted rate on average, and none very late.
    private var sparingMode: DecodeMode {
        guard !isExact, let longest = groupSeconds else { return .groupPrefix }
        let mean = groups.reduce(0, +) / Double(groups.count)
        let isOften = mean <= interval + FrameSampler.tolerance && longest <= interval * Self.latestKey
        return isOften ? .keyFrames : .groupPrefix
    }

    /// Waits in key-frame mode for the next key frame, as long as there is hope.
    private mutating func wait(_ picture: CodedPicture, _ time: Int64, _ isDue: (Int64) -> Bool) -> [Command] {
        if isDue(time) { hasDueHeld = true }
        let waited = (Double(time) - Double(entry ?? time)) * tick
        let hope = Self.patience * (groupSeconds ?? interval)
        guard (hasDueHeld && waited > hope) || isFull else { return hold(picture, time) }
        mode = .groupPrefix
        groups.append(waited)
        let commands = resend()
        greatestSent = latest
        return commands + [.send]
    }

    /// The group's packets once more, from its key frame on.
    private mutating func resend() -> [Command] {
        if entryWasSent { repeated = entry }
        entryWasSent = false
        forgetHeld()
        return [.releaseHeld]
    }

    private mutating func giveUp(_ picture: CodedPicture) -> [Command] {
        latest = picture.time
        (count, entry, groups, isRegular, isSurprised) = (GroupCount(), nil, [], false, false)
        guard mode != .full else { return [.send] }
        mode = .full
        let commands = resend()
        greatestSent = nil
        return commands + [.send]
    }

    private func jumps(to time: Int64, isEntry: Bool) -> Bool {
        guard let latest else { return false }
        if !isEntry, let entry, time < entry { return true }
        let step = (Double(time) - Double(latest)) * tick
        return (isEntry && step < -PresentationClock.heldBack) || step > PresentationClock.longestGap - 1
    }

    private func isCatching(_ isDue: (Int64) -> Bool) -> Bool { mode != .full && greatestSent.map(isDue) ?? false }
}

// MARK: - Packets kept back

extension DecodeSchedule {
    private var isFull: Bool {
        guard heldCount > 0, let heldSince, let latest else { return false }
        let seconds = (Double(latest) - Double(heldSince)) * tick
        return heldCount >= Self.mostHeld || heldBytes >= Self.mostHeldBytes || seconds > Self.longestHeld
    }

    private mutating func hold(_ picture: CodedPicture, _ time: Int64) -> [Command] {
        heldCount += 1
        heldBytes += picture.bytes
        heldSince = heldSince ?? time
        return [.hold]
    }

    private mutating func release(_ time: Int64) -> [Command] {
        let hasHeld = heldCount > 0
        forgetHeld()
        greatestSent = max(greatestSent ?? time, time)
        return hasHeld ? [.releaseHeld, .send] : [.send]
    }

    private mutating func forgetHeld() { (heldCount, heldBytes, heldSince, hasDueHeld) = (0, 0, nil, false) }

    private mutating func insert(_ moment: Moment) {
        let place = pending.lastIndex { $0.time <= moment.time }.map { $0 + 1 } ?? 0
        pending.insert(moment, at: place)
    }

    /// Removes the moments up to `place`; returns those before it.
    private static func take(_ moments: inout [Moment], through place: Int) -> [Moment] {
        defer { moments.removeFirst(place + 1) }
        return Array(moments[..<place])
    }
}

extension DecodeSchedule {
    /// The decoder gave something that no packet announced: from the next packet on everything is decoded.
    private mutating func surprise() {
        surprises += 1
        isSurprised = true
    }
}
