/// Counts the packets of a camera's video: how many frames a second, and how far key frames lie apart. A pure value.
package struct PacketTally: Sendable {
    /// A group of pictures as it was measured, on average.
    package struct GOP: Sendable, Equatable {
        /// Frames from one key frame to the next.
        package let frames: Double
        /// Seconds from one key frame to the next.
        package let seconds: Double
    }

    private struct Key {
        let number: Int
        let ticks: Int64
    }

    /// By more than this factor the camera's own times may not differ from this machine's: then they are none.
    private static let mostDisagreement = 2.0

    /// Seconds a tick of the stream.
    private let tick: Double
    private var packets = 0
    private var ticks: ClosedRange<Int64>?
    private var arrivals: ClosedRange<Duration>?
    private var firstKey: Key?
    private var lastKey: Key?
    private var keys = 0

    /// A tally of a stream with `tick` seconds a tick.
    package init(tick: Double) { self.tick = tick }

    /// Takes note of a packet, in decoding order, with its presentation time if it has one.
    package mutating func note(ticks time: Int64?, isKey: Bool, arrival: Duration) {
        arrivals = (arrivals?.lowerBound ?? arrival)...max(arrivals?.upperBound ?? arrival, arrival)
        if let time {
            ticks = min(ticks?.lowerBound ?? time, time)...max(ticks?.upperBound ?? time, time)
            if isKey {
                let key = Key(number: packets, ticks: time)
                (firstKey, lastKey, keys) = (firstKey ?? key, key, keys + 1)
            }
        }
        packets += 1
    }

    /// Frames a second, by the camera's times if these can be; nil before there are two.
    package var framesPerSecond: Double? {
        guard packets > 1, let arrivals else { return nil }
        let arrived = (arrivals.upperBound - arrivals.lowerBound).inSeconds
        let presented = ticks.map { Double($0.upperBound) - Double($0.lowerBound) }.map { $0 * tick } ?? 0
        // A camera may send what it holds back at once, so a short look cannot judge its times.
        let agreement = (1 / Self.mostDisagreement)...Self.mostDisagreement
        let isBelievable = presented > 0 && (arrived < 1 || agreement.contains(presented / arrived))
        let seconds = isBelievable ? presented : arrived
        return seconds > 0 ? Double(packets - 1) / seconds : nil
    }

    /// The group of pictures; nil before the second key frame.
    package var gop: GOP? {
        guard keys > 1, let firstKey, let lastKey, lastKey.ticks > firstKey.ticks else { return nil }
        let count = Double(keys - 1)
        return GOP(
            frames: Double(lastKey.number - firstKey.number) / count,
            seconds: (Double(lastKey.ticks) - Double(firstKey.ticks)) * tick / count)
    }
}
