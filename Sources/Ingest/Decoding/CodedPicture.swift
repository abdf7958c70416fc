/// What a packet says about its picture without being decoded.
package struct CodedPicture: Sendable, Equatable {
    /// Presentation time in stream ticks; nil when the container gives none.
    package let time: Int64?
    /// The container's duration in ticks; 0 when unknown.
    package let duration: Int64
    /// Bytes of the packet.
    package let bytes: Int
    /// Whether decoding can begin here and nothing after it refers to anything before it.
    package let isEntry: Bool
    /// Whether later pictures may refer to this one.
    package let isReference: Bool
    /// Whether it is one whole picture to be shown, without anything that concerns later groups.
    package let isPlain: Bool

    package init(
        time: Int64?, duration: Int64 = 0, bytes: Int = 0, isEntry: Bool = false, isReference: Bool = true,
        isPlain: Bool = true
    ) {
        (self.time, self.duration, self.bytes) = (time, duration, bytes)
        (self.isEntry, self.isReference, self.isPlain) = (isEntry, isReference, isPlain)
    }
}
