/// How something moves: fractions of the picture's width to the right and of its height down, a second.
public struct Velocity: Sendable, Hashable {
    /// To the right; negative to the left.
    public let right: Float
    /// Down; negative up.
    public let down: Float

    /// A velocity from its parts.
    public init(right: Float, down: Float) { (self.right, self.down) = (right, down) }

    /// Standing still.
    public static let zero = Velocity(right: 0, down: 0)
}

/// How the parts of a picture moved just before it was taken, patch by patch.
public struct MotionField: Sendable, Equatable {
    /// Patches beside each other.
    public let columns: Int
    /// Patches below each other.
    public let rows: Int
    /// Each patch's velocity [rows · columns], rows from the top: zero where nothing moves, nil where nothing is known.
    public let patches: [Velocity?]

    /// Something moves in a box when at least this share of its known patches does.
    private static let leastMoving = 0.2

    /// A field over `patches`, whose count must be `rows · columns`.
    public init(columns: Int, rows: Int, patches: [Velocity?]) {
        precondition(columns > 0 && rows > 0, "motion field of \(columns)×\(rows)")
        precondition(patches.count == columns * rows, "\(patches.count) patches for \(columns)×\(rows)")
        (self.columns, self.rows, self.patches) = (columns, rows, patches)
    }

    /// How what is in `box` moves: the median, part by part, of the patches that move in it; zero when too few do, nil when
    /// nothing is known of the box.
    public func velocity(in box: Box) -> Velocity? {
        let (across, along) = (
            Self.places(box.left, box.right, of: columns), Self.places(box.top, box.bottom, of: rows)
        )
        let known = along.flatMap { row in across.compactMap { patches[row * columns + $0] } }
        guard !known.isEmpty else { return nil }
        let moving = known.filter { $0 != .zero }
        guard !moving.isEmpty, Double(moving.count) >= Self.leastMoving * Double(known.count) else { return .zero }
        let middle = moving.count / 2
        return Velocity(right: moving.map(\.right).sorted()[middle], down: moving.map(\.down).sorted()[middle])
    }

    /// The patches whose middle lies from `start` to `end`; the one between them when there is none.
    private static func places(_ start: Double, _ end: Double, of count: Int) -> Range<Int> {
        let first = Int((start * Double(count) + 0.5).rounded(.down))
        let last = Int((end * Double(count) + 0.5).rounded(.down))
        if first < last { return max(0, first)..<min(count, last) }
        let middle = min(count - 1, Int((start + end) / 2 * Double(count)))
        return middle..<middle + 1
    }
}
