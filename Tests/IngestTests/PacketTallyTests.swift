import Ingest
import Testing

@Suite("Packet tally", .timeLimit(.minutes(10)))
struct PacketTallyTests {
    /// A stream of `count` packets at 25 frames/s with 90 kHz ticks and a key frame every 50.
    private func tally(
        _ count: Int, ticksPerFrame: Int64 = 3600, secondsPerFrame: Double = 0.04, order: [Int64] = [0]
    ) -> PacketTally {
        var tally = PacketTally(tick: 1 / 90_000)
        for index in 0..<count {
            let shown = Int64(index) + order[index % order.count]
            tally.note(
                ticks: 1_000_000 + shown * ticksPerFrame, isKey: index % 50 == 0,
                arrival: .seconds(1000 + Double(index) * secondsPerFrame))
        }
        return tally
    }

    @Test("rate and group of pictures come from the stream's own times")
    func regular() throws {
        let tally = tally(151)
        #expect(abs(try #require(tally.framesPerSecond) - 25) < 0.01)
        let gop = try #require(tally.gop)
        #expect(gop.frames == 50 && abs(gop.seconds - 2) < 1e-9)
    }

    @Test("frames that arrive at once do not raise the rate")
    func burst() throws {
        let tally = tally(101, secondsPerFrame: 0.001)
        #expect(abs(try #require(tally.framesPerSecond) - 25) < 0.01)
    }

    @Test("reordered frames count like others")
    func reordered() throws {
        let tally = tally(150, order: [0, 2, -1, -1, 0])
        #expect(abs(try #require(tally.framesPerSecond) - 25) < 0.3)
    }

    @Test("times that cannot be are replaced by those of arrival")
    func nonsense() throws {
        let stuck = tally(101, ticksPerFrame: 0)
        #expect(abs(try #require(stuck.framesPerSecond) - 25) < 0.01)
        for ticks: Int64 in [90_000, 40] {
            #expect(abs(try #require(tally(101, ticksPerFrame: ticks).framesPerSecond) - 25) < 0.01)
        }
    }

    @Test("with one key frame there is no group, with one packet no rate")
    func short() {
        #expect(tally(50).gop == nil)
        #expect(tally(1).framesPerSecond == nil)
        #expect(PacketTally(tick: 1).framesPerSecond == nil)
    }
}
