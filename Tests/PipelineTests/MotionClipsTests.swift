import Base
import Grounding
import Pipeline
import Testing

@Suite("clips as networks for grounding read them")
struct MotionClipsTests {
    /// A picture that shows a number.
    private func picture(_ number: Int) -> Picture {
        Picture(width: 1, height: 1, pixels: [UInt8(number % 256), UInt8(number / 256), 0])
    }

    private func number(_ picture: Picture) -> Int { Int(picture.pixels[0]) + 256 * Int(picture.pixels[1]) }

    /// The clips of frames at `times`, in a recording of `seconds`.
    private func clips(_ times: [Double], seconds: Double) -> [MotionClips.Clip] {
        var clips = MotionClips { $0 }
        var whole: [MotionClips.Clip] = []
        for (index, time) in times.enumerated() { whole += clips.add(picture(index), seconds: time) }
        return whole + clips.finish(seconds: seconds)
    }

    @Test("30 frames a second fill the places one by one")
    func regular() {
        let found = clips((0..<120).map { Double($0) / 30 }, seconds: 4)
        #expect(found.count == 2)
        #expect(found.map { $0.frames.map(number) } == [Array(0..<60), Array(60..<120)])
        #expect(found.map { number($0.middle) } == [29, 89])
        #expect(found.last?.rate == 30)
    }

    @Test("of a faster recording the last frame of a place is shown, of a slower one a frame again")
    func rates() {
        let fast = clips((0..<120).map { Double($0) / 60 }, seconds: 2)
        #expect(fast.count == 1 && fast[0].frames.count == 60 && fast[0].rate == 60)
        for (place, shown) in fast[0].frames.map(number).enumerated() { #expect(abs(shown - 2 * place) <= 1) }
        let slow = clips((0..<20).map { Double($0) / 10 }, seconds: 2)
        #expect(slow.count == 1 && slow[0].frames.map(number) == (0..<60).map { $0 / 3 } && slow[0].rate == 10)
    }

    @Test("the last frame fills its second, and that second the clip")
    func end() {
        // 2.5 s: the second clip has 15 places, which the last frame makes 30, and those again are the rest.
        let found = clips((0..<75).map { Double($0) / 30 }, seconds: 2.5)
        #expect(found.count == 2)
        let second = Array(60..<75) + Array(repeating: 74, count: 15)
        #expect(found[1].frames.map(number) == second + second)
        #expect(number(found[1].middle) == 74)
        #expect(clips([0], seconds: 0.04).map { $0.frames.map(number) } == [Array(repeating: 0, count: 60)])
        #expect(clips([], seconds: 0).isEmpty)
        // Nothing is told twice when the recording ends where a clip does.
        #expect(clips((0..<60).map { Double($0) / 30 }, seconds: 2).count == 1)
    }

    @Test("a gap is bridged by the frame before it, as the published features are")
    func gap() {
        let found = clips([0, 0.5, 6.0], seconds: 6.5)
        #expect(found.count == 4)
        #expect(found[1].frames.allSatisfy { number($0) == 1 } && found[2].frames.allSatisfy { number($0) == 1 })
        #expect(found[3].frames.allSatisfy { number($0) == 2 })
    }

    @Test(
        "a sentence is voted on in parts where the published method knows them, and refused where it cannot keep them")
    func parts() async throws {
        #expect(try await QueryTokenGrounding.parts(of: "a person climbs a fence") == .none)
        let sequence = try await QueryTokenGrounding.parts(of: "a car arrives, then a person gets out")
        #expect(sequence.relation == .sequential && sequence.parts.count == 2)
        let both = try await QueryTokenGrounding.parts(of: "a car drives while a person walks")
        #expect(both.relation == .simultaneous && both.parts.count == 2)
        for text in ["no one is at the gate", "a person for more than 2 minutes", "a person between 22:00 and 06:00"] {
            await #expect(throws: GroundingError.self, "\(text)") { try await QueryTokenGrounding.parts(of: text) }
        }
    }
}
