/// The numbers behind ``ChangeGate``; differences are in grey levels of 0…255.
public struct GateSettings: Sendable, Equatable {
    /// Side of a patch in pixels of the picture observed.
    public var patch = 16
    /// A patch must differ by this many times what its noise does …
    public var noiseFactor = 2.0
    /// … and by at least this much: sensors and encoders change a still patch by 1 to 2 levels. The published gate of
    /// VideoLLaMA3 (arXiv:2501.13106, its 0.1 is 0.05 grey levels) is for films, which have no sensor.
    public var leastDifference = 3.0
    /// What moves all the time (leaves, water) counts as noise up to this many levels.
    public var mostNoise = 6.0
    /// A patch that changed in more than this share of the pictures does not count: a clock burnt into the picture.
    public var restlessShare = 0.6
    /// Patches that must have changed; a single one must differ by twice its limit.
    public var leastPatches = 2
    /// A picture is encoded after this many seconds in any case, which bounds what small changes can add up to.
    public var refreshAfter = 30.0
    /// Share of a patch's pixels that must not be masked for it to count.
    public var leastVisible = 0.25
    /// Pictures over which a patch's noise is averaged.
    public var noisePictures = 16.0

    /// The defaults.
    public init() {}
}
