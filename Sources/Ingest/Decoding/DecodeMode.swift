/// How much of a stream is decoded to get its sampled frames, cheapest first.
public enum DecodeMode: String, Sendable, CaseIterable {
    /// Key frames alone: they come at least as often as frames are wanted.
    case keyFrames = "key_frames"
    /// Each group of pictures from its key frame to its last sampled frame.
    case groupPrefix = "gop_prefix"
    /// Every frame.
    case full
}

/// Whether frames that nobody asked for may stay undecoded.
public enum DecodePolicy: String, Sendable, CaseIterable {
    /// The cheapest mode that yields the wanted rate, chosen from the stream as it is measured.
    case sparing
    /// As few frames as give exactly the sampled frames that full decoding gives.
    case exact
    /// Every frame is decoded.
    case full
}
