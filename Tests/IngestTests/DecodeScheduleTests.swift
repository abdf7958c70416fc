import Ingest
import Testing

@Suite("Decode schedule", .timeLimit(.minutes(10)))
struct DecodeScheduleTests {
    /// A stream of 25 pictures a second, in ticks of a millisecond, all of which a model decoder gives at once.
    private struct Model {
        var schedule: DecodeSchedule
        var sampler: FrameSampler
        var sent = 0
        var commands: [DecodeSchedule.Command] = []

        init(rate: Double, isExact: Bool = false) {
            schedule = DecodeSchedule(rate: rate, tick: 0.001, isExact: isExact)
            sampler = FrameSampler(rate: rate)
        }

        mutating func take(_ picture: CodedPicture) {
            let sampler = sampler
            let isDue = { (time: Int64) in sampler.reaches(seconds: Double(time) / 1000, tick: 0.001) }
            commands = schedule.commands(for: picture, isDue: isDue)
            guard commands.contains(.send), let time = picture.time else { return }
            sent += 1
            _ = schedule.emitted(time)
            _ = self.sampler.takes(run: 0, seconds: Double(time) / 1000, tick: 0.001)
            _ = schedule.settle()
        }

        mutating func take(groups: Int, of frames: Int, from first: Int64 = 0) {
            for index in 0..<groups * frames {
                take(CodedPicture(time: first + Int64(index) * 40, isEntry: index % frames == 0))
            }
        }
    }

    @Test("decodes everything until a group is known to be regular")
    func beginsFull() {
        var model = Model(rate: 1)
        model.take(groups: 1, of: 50)
        #expect(model.sent == 50 && model.schedule.mode == .full)
        model.take(groups: 1, of: 50, from: 2000)
        #expect(model.sent == 100 && model.schedule.mode == .full)
    }

    @Test("leaves a group after its last sample")
    func prefix() {
        var model = Model(rate: 1)
        model.take(groups: 4, of: 50)
        #expect(model.schedule.mode == .groupPrefix && model.schedule.groupSeconds == 2)
        // Two groups in full; of each other one the key frame and the frame a second later, whose group is released.
        #expect(model.sent == 104)
    }

    @Test("decodes key frames alone only when they come at the wanted rate")
    func keyFrames() {
        var often = Model(rate: 1)
        often.take(groups: 6, of: 25)
        #expect(often.schedule.mode == .keyFrames)
        var late = Model(rate: 1)
        late.take(groups: 6, of: 26)
        #expect(late.schedule.mode == .groupPrefix)
        var exact = Model(rate: 1, isExact: true)
        exact.take(groups: 6, of: 25)
        #expect(exact.schedule.mode == .groupPrefix)
    }

    @Test("a key frame that stays away is not waited for")
    func patience() {
        var model = Model(rate: 1)
        model.take(groups: 6, of: 25)
        for index in 0..<37 { model.take(CodedPicture(time: 6000 + Int64(index) * 40, isEntry: index == 0)) }
        #expect(model.schedule.mode == .keyFrames)
        model.take(CodedPicture(time: 7520))
        #expect(model.schedule.mode == .groupPrefix && model.commands == [.releaseHeld, .send])
    }

    @Test(
        "falls back to full decoding on anything odd",
        arguments: [
            CodedPicture(time: nil), CodedPicture(time: 8040, isPlain: false), CodedPicture(time: 100),
            CodedPicture(time: 40_000), CodedPicture(time: .max), CodedPicture(time: .min, isEntry: true),
        ])
    func odd(picture: CodedPicture) {
        var model = Model(rate: 1)
        model.take(groups: 4, of: 50)
        model.take(CodedPicture(time: 8000, isEntry: true))
        model.take(picture)
        #expect(model.schedule.mode == .full && model.commands.contains(.send))
    }

    @Test("a packet that gives no frame keeps its stream in full decoding")
    func hidden() {
        var schedule = DecodeSchedule(rate: 1, tick: 0.001)
        for index in 0..<200 {
            let time = Int64(index) * 40
            let picture = CodedPicture(time: time, isEntry: index % 25 == 0)
            let commands = schedule.commands(for: picture) { _ in false }
            #expect(commands == [.send])
            if index % 10 != 3 { _ = schedule.emitted(time) }
        }
        #expect(schedule.mode == .full)
    }

    @Test("keeps a bounded number of packets back")
    func bounded() {
        var model = Model(rate: 0.001)
        model.take(groups: 3, of: 50)
        var held = 0
        for index in 0..<5000 {
            model.take(CodedPicture(time: 6000 + Int64(index) * 40, bytes: 1 << 16, isEntry: index == 0))
            held = model.commands.contains(.releaseHeld) ? 0 : held + (model.commands == [.hold] ? 1 : 0)
            #expect(held * 40 <= 8040)
        }
    }
}
