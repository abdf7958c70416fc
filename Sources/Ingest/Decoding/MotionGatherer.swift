package import Base
import CFFmpeg
import Glibc

/// Gathers the decoder's motion vectors, picture after picture, into how the parts of the picture move now
/// (docs/design/04-ingest.md, "Motion vectors").
///
/// Only pictures that are no B-pictures count. What such a picture points back to is the one before it of that kind, so that
/// the time between is known; a vector says nothing but *before* or *after*, and a B-picture's would have to be guessed.
package struct MotionGatherer {
    /// One block's vector as the decoder tells it.
    package struct Block: Sendable {
        /// Below 0 when it points to an earlier picture, above when to a later one.
        package var source = -1
        /// The block's middle and size in pixels of the coded picture.
        package var x: Int, y: Int
        /// See ``x``.
        package var side = 16
        /// From the block to what it was predicted from, in steps of 1 / `scale` pixels.
        package var motionX: Int, motionY: Int
        /// Steps a pixel.
        package var scale = 4

        /// A block of 16 pixels with a vector to an earlier picture, in quarters of a pixel.
        package init(x: Int, y: Int, motionX: Int, motionY: Int) {
            (self.x, self.y, self.motionX, self.motionY) = (x, y, motionX, motionY)
        }
    }

    /// Patches across; the others are as high as they are wide.
    private static let columns = 40
    /// What is this many seconds old counts 1/e.
    private static let memory = 0.2
    /// A block that moves less, in pixels, stands: encoders move blocks of noise by quarters.
    private static let leastPixels: Float = 0.5
    /// Pictures farther apart, in seconds, tell nothing; nor do vectors that are older when the picture is sampled.
    private static let longestStep = 1.0
    /// A patch moves when blocks moved in it for at least this share of the time …
    private static let leastMoving: Float = 0.25
    /// … and for the most part in one direction: leaves and noise do not.
    private static let leastCoherent: Float = 0.5

    private var patches: [ff_motion_patch] = []
    private var rows = 0
    private var size = PictureSize(width: 0, height: 0)
    private var run = 0
    /// The last picture that is no B-picture, in seconds of its run.
    private var anchor: Double?
    /// The last one that brought vectors.
    private var told: Double?

    /// Nothing gathered.
    package init() {}

    /// Takes the vectors of the next decoded frame, which lies at `seconds` of `run`.
    mutating func take(_ frame: UnsafePointer<AVFrame>, run: Int, seconds: Double) {
        guard frame.pointee.pict_type != AV_PICTURE_TYPE_B else { return }
        var count = 0
        let vectors = ff_motion_vectors(frame, &count)
        add(
            UnsafeBufferPointer(start: vectors, count: vectors == nil ? 0 : count),
            PictureSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height)), run, seconds)
    }

    /// Takes the vectors of the next picture of `size` that is no B-picture, which lies at `seconds` of `run`.
    package mutating func take(_ blocks: [Block], size: PictureSize, run: Int = 0, seconds: Double) {
        let vectors = blocks.map { block in
            var vector = AVMotionVector()
            vector.source = Int32(block.source)
            (vector.w, vector.h) = (UInt8(block.side), UInt8(block.side))
            (vector.dst_x, vector.dst_y) = (Int16(block.x), Int16(block.y))
            (vector.motion_x, vector.motion_y) = (Int32(block.motionX), Int32(block.motionY))
            vector.motion_scale = UInt16(block.scale)
            return vector
        }
        vectors.withUnsafeBufferPointer { add($0, size, run, seconds) }
    }

    /// Frames were left undecoded: what was gathered says nothing about those to come.
    package mutating func forget() {
        (patches, anchor, told) = ([], nil, nil)
        size = PictureSize(width: 0, height: 0)
    }

    private mutating func add(
        _ vectors: UnsafeBufferPointer<AVMotionVector>, _ size: PictureSize, _ run: Int, _ seconds: Double
    ) {
        guard size.width > 0, size.height > 0 else { return }
        if size != self.size || run != self.run {
            forget()
            rows = max(1, (Self.columns * size.height + size.width / 2) / size.width)
            (self.size, self.run) = (size, run)
        }
        defer { anchor = seconds }
        guard let anchor, !vectors.isEmpty else { return }
        let step = seconds - anchor
        guard step > 0, step <= Self.longestStep else { return }
        if patches.isEmpty { patches = Array(repeating: ff_motion_patch(), count: Self.columns * rows) }
        told = seconds
        ff_add_motion(
            &patches, Int32(Self.columns), Int32(rows), Float(exp(-step / Self.memory)), vectors.baseAddress,
            vectors.count, Int32(size.width), Int32(size.height), Float(step), Self.leastPixels)
    }

    /// How the coded picture that was taken last moves; nil while no vectors say anything about it.
    package var field: MotionField? {
        guard let told, let anchor, anchor - told <= Self.longestStep, !patches.isEmpty else { return nil }
        let found = patches.map(velocity)
        let columns = Self.columns
        let kept = found.indices.map { at -> Velocity? in
            guard let velocity = found[at], velocity != .zero else { return found[at] }
            return hasCompany(velocity, at: at, in: found) ? velocity : .zero
        }
        return MotionField(columns: columns, rows: rows, patches: kept)
    }

    private func velocity(_ patch: ff_motion_patch) -> Velocity? {
        guard patch.seen > 0 else { return nil }
        let coherent = (patch.right * patch.right + patch.down * patch.down).squareRoot()
        guard patch.moving > 0, patch.moving >= Self.leastMoving * patch.seen,
            coherent >= Self.leastCoherent * patch.length
        else { return .zero }
        return Velocity(
            right: patch.right / patch.moving / Float(size.width),
            down: patch.down / patch.moving / Float(size.height))
    }

    /// Whether a patch beside the one at `at` moves about the same way: what moves alone was cheap to code, no more.
    private func hasCompany(_ velocity: Velocity, at: Int, in found: [Velocity?]) -> Bool {
        let (row, column) = (at / Self.columns, at % Self.columns)
        for y in max(0, row - 1)...min(rows - 1, row + 1) {
            for x in max(0, column - 1)...min(Self.columns - 1, column + 1) where (x, y) != (column, row) {
                guard let other = found[y * Self.columns + x] else { continue }
                if other.right * velocity.right + other.down * velocity.down > 0 { return true }
            }
        }
        return false
    }
}

extension MotionField {
    /// The field of the picture that `orientation` turns upright.
    package func turned(_ orientation: Orientation) -> MotionField {
        if orientation == .upright { return self }
        let (wide, high) = orientation.isTransposed ? (rows, columns) : (columns, rows)
        var turned: [Velocity?] = []
        turned.reserveCapacity(patches.count)
        for y in 0..<high {
            let row = orientation.isMirroredVertically ? high - 1 - y : y
            for x in 0..<wide {
                let column = orientation.isMirroredHorizontally ? wide - 1 - x : x
                let patch = patches[orientation.isTransposed ? column * columns + row : row * columns + column]
                turned.append(patch.map { Self.turned($0, orientation) })
            }
        }
        return MotionField(columns: wide, rows: high, patches: turned)
    }

    private static func turned(_ velocity: Velocity, _ orientation: Orientation) -> Velocity {
        let (right, down) =
            orientation.isTransposed ? (velocity.down, velocity.right) : (velocity.right, velocity.down)
        return Velocity(
            right: orientation.isMirroredHorizontally ? -right : right,
            down: orientation.isMirroredVertically ? -down : down)
    }
}
