import Base
import Ingest
import Testing

@Suite("Gathering motion vectors")
struct MotionGathererTests {
    private let size = PictureSize(width: 640, height: 360)

    /// The blocks of 16 pixels of a picture of 640 × 360, each as `change` has it; they stand at first.
    private func blocks(_ change: (inout MotionGatherer.Block) -> Void = { _ in }) -> [MotionGatherer.Block] {
        (0..<22).flatMap { row in
            (0..<40).map { column in
                var block = MotionGatherer.Block(x: column * 16 + 8, y: row * 16 + 8, motionX: 0, motionY: 0)
                change(&block)
                return block
            }
        }
    }

    /// Four blocks by four, which move by `pixels` to the right and half of that up from picture to picture.
    private func thing(_ pixels: Int, scale: Int = 4, source: Int = -1) -> [MotionGatherer.Block] {
        blocks { block in
            guard (160..<224).contains(block.x), (160..<224).contains(block.y) else { return }
            (block.motionX, block.motionY) = (-pixels * scale, pixels * scale / 2)
            (block.scale, block.source) = (scale, source)
        }
    }

    private let place = Box(left: 0.25, top: 160 / 360, right: 0.35, bottom: 224 / 360)

    private func gather(_ pictures: [[MotionGatherer.Block]], step: Double = 0.04) -> MotionGatherer {
        var gatherer = MotionGatherer()
        gatherer.take([], size: size, seconds: 0)
        for (index, blocks) in pictures.enumerated() {
            gatherer.take(blocks, size: size, seconds: Double(index + 1) * step)
        }
        return gatherer
    }

    @Test("a vector points to where its block was: the thing moves the other way", arguments: [2, 4])
    func sign(scale: Int) throws {
        let field = try #require(gather(Array(repeating: thing(4, scale: scale), count: 10)).field)
        #expect((field.columns, field.rows) == (40, 23))
        let velocity = try #require(field.velocity(in: place))
        #expect(abs(velocity.right - 4 / 0.04 / 640) < 1e-4 && abs(velocity.down + 2 / 0.04 / 360) < 1e-4)
        #expect(field.velocity(in: Box(left: 0.6, top: 0.1, right: 0.9, bottom: 0.4)) == .zero)
        #expect(field.velocity(in: Box(left: 0, top: 0.99, right: 1, bottom: 1)) == nil, "no block there")
    }

    @Test("the time between the pictures counts, not their number")
    func interval() throws {
        let field = try #require(gather(Array(repeating: thing(12), count: 6), step: 0.12).field)
        #expect(abs(try #require(field.velocity(in: place)).right - 12 / 0.12 / 640) < 1e-4)
    }

    @Test("vectors to later pictures say nothing")
    func later() throws {
        let field = try #require(gather(Array(repeating: thing(4, source: 1), count: 10)).field)
        #expect(field.velocity(in: place) == nil)
    }

    @Test("a lone block, quarters of a pixel and vectors in all directions are no motion")
    func robust() throws {
        let lone = blocks { if $0.x == 168, $0.y == 168 { ($0.motionX, $0.motionY) = (-40, 0) } }
        let tiny = blocks { ($0.motionX, $0.motionY) = (1, -1) }
        var random = SplitMix64(seed: 5)
        let noise = (0..<25).map { _ in
            blocks { block in
                block.motionX = Int.random(in: -60...60, using: &random)
                block.motionY = Int.random(in: -60...60, using: &random)
            }
        }
        let kinds = [("lone", Array(repeating: lone, count: 10)), ("tiny", [tiny, tiny]), ("noise", noise)]
        for (name, pictures) in kinds {
            let field = try #require(gather(pictures).field)
            let moving = field.patches.count { $0 != nil && $0 != .zero }
            // A patch of a single block agrees with itself by chance now and then; a box asks for a fifth of them.
            #expect(moving * 10 < field.patches.count, "\(name): \(moving) patches move")
            #expect(field.velocity(in: place) == .zero, "\(name)")
        }
    }

    @Test("what stopped half a second ago stands")
    func stopped() throws {
        let moving = Array(repeating: thing(4), count: 25)
        #expect(gather(moving).field?.velocity(in: place) != .zero)
        let stopped = moving + Array(repeating: blocks(), count: 12)
        #expect(gather(stopped).field?.velocity(in: place) == .zero)
    }

    @Test("a key frame tells nothing new; without vectors for long, after a gap, a run or a new size nothing is known")
    func unknown() {
        let moving = Array(repeating: thing(4), count: 10)
        #expect(gather([[], []]).field == nil, "a codec without vectors")
        #expect(gather(moving + [[]]).field?.velocity(in: place) != .zero)
        #expect(gather(moving + Array(repeating: [], count: 30)).field == nil)
        var gatherer = gather(moving)
        gatherer.take(thing(4), size: size, run: 1, seconds: 0.44)
        #expect(gatherer.field == nil, "a new run")
        gatherer = gather(moving)
        gatherer.take(thing(4), size: PictureSize(width: 320, height: 180), seconds: 0.44)
        #expect(gatherer.field == nil, "a new size")
        gatherer = gather(moving)
        gatherer.forget()
        #expect(gatherer.field == nil)
        #expect(gather(moving, step: 2).field == nil, "pictures too far apart")
    }

    @Test("the field is turned upright with its picture")
    func turned() {
        let velocities = (0..<6).map { Velocity(right: Float($0), down: 10) }
        let field = MotionField(columns: 3, rows: 2, patches: velocities)
        // As a camera that hangs on its side: what is coded at (x, y) is shown at (1 − y, x).
        let turned = field.turned(
            Orientation(isTransposed: true, isMirroredHorizontally: true, isMirroredVertically: false))
        #expect((turned.columns, turned.rows) == (2, 3))
        #expect(turned.patches[0] == Velocity(right: -10, down: 3))
        #expect(turned.patches[5] == Velocity(right: -10, down: 2))
        #expect(field.turned(.upright) == field)
    }

    @Test("nothing is known of what lies under a mask, however little of a patch it covers")
    func masked() {
        let field = MotionField(
            columns: 10, rows: 10, patches: Array(repeating: Velocity(right: 1, down: 0), count: 100))
        let corners = [(0.22, 0.3), (0.5, 0.3), (0.5, 0.61), (0.22, 0.61)]
        let mask = PrivacyMask([corners.map { PrivacyMask.Point(x: $0.0, y: $0.1) }])
        let masked = mask.applied(to: field)
        for row in 0..<10 {
            for column in 0..<10 {
                let (isTouched, isFar) = (
                    (2..<5).contains(column) && (3..<7).contains(row),
                    !(1...5).contains(column) || !(2...7).contains(row)
                )
                if isTouched { #expect(masked.patches[row * 10 + column] == nil, "\(column) \(row)") }
                if isFar { #expect(masked.patches[row * 10 + column] != nil, "\(column) \(row)") }
            }
        }
        #expect(masked.velocity(in: Box(left: 0.2, top: 0.3, right: 0.5, bottom: 0.7)) == nil)
        #expect(PrivacyMask.none.applied(to: field) == field)
    }
}
