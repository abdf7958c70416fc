/// How much the service takes on at once.
public struct WebLimits: Sendable {
    /// Open connections; more wait in the system's queue.
    public var connections = 1024
    /// Requests that are answered at once.
    public var requests = 128
    /// Searches, back-tests, clips and pictures of the past among them.
    public var heavy = 4
    /// Clients of the stream.
    public var streams = 512
    /// Bytes of an address.
    public var addressBytes = 4096
    /// Bytes of all headers.
    public var headerBytes = 16_384
    /// Bytes of a body.
    public var bodyBytes = 65_536
    /// Seconds without a complete head, or between parts of a body.
    public var idleSeconds: Int64 = 15
    /// Seconds in which a whole body must be there.
    public var bodySeconds: Int64 = 8
    /// Seconds in which a client must take what was sent.
    public var stalledSeconds: Int64 = 30

    /// The usual ones.
    public init() {}
}
