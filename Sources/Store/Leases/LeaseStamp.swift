public import Base

/// Under which lease a change was made, and when by the database's clock. What the change becomes follows from it
/// (``LeaseStanding``), however late it is written, and whatever this machine's clock says.
public struct LeaseStamp: Sendable, Equatable {
    /// The lease's token, from 1; it grows with every change of holder.
    public let token: Int64
    /// When the change was made, by the database's clock; rather too late than too early, by the time of a round trip.
    public let at: WallTime

    /// Gathers the parts.
    public init(token: Int64, at: WallTime) { (self.token, self.at) = (token, at) }
}

/// What the database says of a change and the lease it was made under.
public enum LeaseStanding: String, Sendable {
    /// Made while the lease was held, and nobody has taken the camera since.
    case holder
    /// Made while the lease was held; another has it now. It neither opens nor closes anything.
    case former
    /// Made outside of the lease: it is merged with what the holder says.
    case witness
}
