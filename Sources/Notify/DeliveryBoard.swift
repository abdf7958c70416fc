public import Base
internal import Store

/// What waits for the receivers that this daemon tells, as it was a few seconds ago: for metrics, which must not ask the
/// database.
public final class DeliveryBoard: Sendable {
    /// How one receiver stands.
    public struct Entry: Sendable, Equatable {
        /// How many wait for it, and how many were given up.
        public let waiting, givenUp: Int64
        /// When the oldest that waits was decided; nil when none does.
        public let oldestAt: WallTime?
    }

    private let entries = Locked<[String: Entry]>([:])

    /// Nobody is told of anything yet.
    public init() {}

    /// By the receivers' names.
    public var all: [String: Entry] { entries.withLock { $0 } }

    /// A receiver as it stands; nil when another daemon tells it.
    func put(_ standing: ReceiverStanding?, of receiver: String) {
        let entry = standing.map { Entry(waiting: $0.waiting, givenUp: $0.givenUp, oldestAt: $0.oldestAt) }
        entries.withLock { $0[receiver] = entry }
    }

    func clear() { entries.withLock { $0 = [:] } }
}
