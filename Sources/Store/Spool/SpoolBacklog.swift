import Glibc

/// What lies in a spool, as anybody may see it from outside while a daemon writes there.
public struct SpoolBacklog: Sendable, Equatable {
    /// Bytes of all files, what is stored in PostgreSQL already and not yet removed included.
    public let bytes: Int
    /// Number of files.
    public let files: Int

    /// Looks at the spool of a state directory; nothing is there before the first daemon.
    public init(stateDirectory: String) {
        let directory = ClusterPaths(stateDirectory: stateDirectory).spool
        let sizes = directoryEntries(directory).filter { $0.hasSuffix(".spool") }
            .compactMap { FileStatus(directory + "/" + $0, followingLinks: false)?.size }
        bytes = sizes.reduce(0, +)
        files = sizes.count
    }

    /// What a daemon has open in the ordinary course of things: a file for each lane.
    public static let ordinaryBytes = SpoolLane.allCases.count << 20
}
