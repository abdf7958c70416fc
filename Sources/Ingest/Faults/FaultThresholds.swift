/// The numbers behind ``CameraFaults``. Grey levels are of 0…255; cells are 4 × 4 pixels of the picture observed.
public struct FaultThresholds: Sendable, Equatable {
    /// Seconds without any change before a picture counts as frozen. Long, because the noise reduction and the skipped
    /// blocks of cheap encoders keep a still scene identical until the next key frame.
    public var frozenAfter = 30.0
    /// Share of pixels that may differ between identical pictures: a key frame of the same content is coded anew.
    public var frozenShare = 0.0005
    /// By more than this many grey levels a pixel differs.
    public var frozenLevel = 1

    /// Seconds of nearly no edges before a camera counts as covered or dark.
    public var coveredAfter = 5.0
    /// Share of cells with an edge below which nothing can be recognised. A lamp post at night has more.
    public var coveredEdges = 0.003

    /// Seconds of blur before a camera counts as defocused. Headlights pass faster.
    public var defocusedAfter = 20.0
    /// Sharpness as a share of the camera's own at which it is defocused …
    public var defocusedBelow = 0.5
    /// … and at which it no longer is.
    public var focusedAbove = 0.7

    /// Seconds of disagreement before a camera counts as moved. Lorries pass faster.
    public var movedAfter = 15.0
    /// Agreement with the learnt edges, 0 by chance and 1 in full, at which it is moved …
    public var movedBelow = 0.3
    /// … and at which it no longer is.
    public var restoredAbove = 0.5

    /// Seconds of health that end a fault.
    public var clearAfter = 5.0
    /// Seconds after which a new view, or a new sharpness, counts as the camera's own: somebody meant it.
    public var acceptAfter = 600.0

    /// Seconds of pictures before the camera's own sharpness and edges are known.
    public var learnFor = 60.0
    /// Time constant of what is known, in seconds: dusk and fog are followed, a hand is not.
    public var memory = 300.0
    /// Share of the time that an edge must be there to be part of the view.
    public var persistent = 0.6
    /// Share of cells with an edge that sharpness and agreement need to mean anything.
    public var leastEdges = 0.01

    /// An edge rises at least this many grey levels a cell …
    public var edgeLevels = 3.0
    /// … and this many times what noise does.
    public var edgeNoise = 4.0
    /// A pause longer than this, in seconds, interrupts whatever was about to be noticed.
    public var longestPause = 60.0

    /// The defaults.
    public init() {}
}
