import Base
import Pipeline
import Testing

@Suite("Frames of events, kept for a model")
struct EventAlbumTests {
    private let picture = Picture(width: 10, height: 10, pixels: [UInt8](repeating: 9, count: 300))

    private func telling(_ start: Double, _ end: Double, isOpen: Bool, _ name: String = "q") throws -> EventTelling {
        let event = Event(
            camera: try #require(CameraID("gate")), source: .query(name: name, text: "x"),
            during: TimeSpan(start: time(start), end: time(end)), startError: 0, endError: 0, isOpen: isOpen, score: 1,
            anomalyScore: nil, box: nil, clock: .arrival)
        return EventTelling(stage: isOpen ? .opened : .closed, event: event, firstEvidence: time(start))
    }

    private func time(_ seconds: Double) -> WallTime { WallTime(microseconds: 0).advanced(bySeconds: seconds) }

    @Test("an event has the frames from just before it was told to its end, spread over however long it lasts")
    func spread() throws {
        let camera = try #require(CameraID("gate"))
        let album = EventAlbum(shotLimit: 8, before: 3)
        for second in 0..<500 {
            album.see(picture, at: time(Double(second)), camera: camera)
            if second == 20 { album.note([try telling(19, 20, isOpen: true)]) }
            if second == 400 { album.note([try telling(19, 400, isOpen: false)]) }
        }
        let shots = album.shots(
            camera: camera, source: "query:q", during: TimeSpan(start: time(19), end: time(400))
        ).map(\.time)
        #expect(shots.count >= 5 && shots.count <= 9 && shots == shots.sorted())
        #expect(try #require(shots.first) <= time(19) && shots.last == time(400))
        let gaps = zip(shots, shots.dropFirst()).map { $1.seconds(since: $0) }.dropLast()
        #expect(Set(gaps).count == 1, "\(gaps)")
        #expect(
            album.shots(camera: camera, source: "query:other", during: TimeSpan(start: time(19), end: time(400)))
                .isEmpty)
        album.discard(camera: camera, source: "query:q", before: time(400))
        #expect(album.byteCount == 0)
    }

    @Test("bytes are bounded: the oldest event's frames go first")
    func bounded() throws {
        let camera = try #require(CameraID("gate"))
        let album = EventAlbum(byteLimit: 300 * 10, shotLimit: 4, before: 2)
        for number in 0..<20 {
            let start = Double(number * 10)
            album.see(picture, at: time(start), camera: camera)
            album.note([try telling(start, start + 1, isOpen: true, "\(number)")])
            album.see(picture, at: time(start + 1), camera: camera)
            album.note([try telling(start, start + 1, isOpen: false, "\(number)")])
            #expect(album.byteCount <= 3000)
        }
        let span = TimeSpan(start: time(0), end: time(200))
        #expect(album.shots(camera: camera, source: "query:0", during: span).isEmpty)
        #expect(!album.shots(camera: camera, source: "query:19", during: span).isEmpty)
    }

    @Test("tokens are saved up to a quarter of an hour's, and an overdraft is paid off first")
    func allowance() {
        let start = ContinuousClock.now
        var allowance = TokenAllowance(perHour: 3600, at: start)
        var allowed = [allowance.allows(at: start)]
        allowance.spend(1000)
        for seconds in [99, 101] { allowed.append(allowance.allows(at: start + .seconds(seconds))) }
        #expect(allowed == [true, false, true])
        var idle = TokenAllowance(perHour: 3600, at: start)
        allowed = [idle.allows(at: start + .seconds(100_000))]
        idle.spend(900)
        allowed.append(idle.allows(at: start + .seconds(100_000)))
        #expect(allowed == [true, false])
        var none = TokenAllowance(perHour: 0, at: start)
        let isAllowed = none.allows(at: start + .seconds(100_000))
        #expect(!isAllowed)
    }
}
