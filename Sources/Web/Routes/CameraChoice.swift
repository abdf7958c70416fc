internal import Base

/// Which cameras an answer may show.
enum CameraChoice {
    /// The one that was asked for, of those that the caller may see; nil means all. One that may not be seen is as one that
    /// does not exist: nothing is found.
    static func cameras(_ wanted: CameraID?, _ caller: Caller) -> [String]? {
        guard let wanted else { return caller.cameras }
        return caller.maySee(wanted.name) ? [wanted.name] : []
    }
}
