import Base
import Testing

@Suite("Nouns")
struct NounTests {
    @Test(
        "camera names are safe file names", arguments: ["gate", "Gate-2", "a.b_c", String(repeating: "x", count: 63)])
    func goodNames(name: String) { #expect(CameraID(name)?.name == name) }

    @Test(
        "other camera names are refused",
        arguments: ["", ".", "..", "-x", ".x", "a/b", "a b", "tör", "a\u{0}", String(repeating: "x", count: 64)])
    func badNames(name: String) { #expect(CameraID(name) == nil) }

    @Test(
        "a printed URL holds no secret",
        arguments: [
            ("rtsp://cam:secret@192.0.2.1/s", "rtsp://***@192.0.2.1/s"),
            ("rtsp://cam:se/cret@192.0.2.1/s", "rtsp://***@192.0.2.1/s"),
            ("rtsp://cam:s?c#t@h:554/s", "rtsp://***@h:554/s"),
            ("rtsp://192.0.2.1:554/s@2", "rtsp://192.0.2.1:554/s@2"),
            ("https://h/s?token=secret", "https://h/s?***"),
            ("rtsp://h/user=cam&password=secret&channel=1/x", "rtsp://h/user=***&password=***&channel=***/x"),
            ("/a/b@c.mp4", "/a/b@c.mp4"),
            ("postgresql://u:p@h/db", "postgresql://***@h/db"),
        ])
    func redaction(url: String, printed: String) { #expect(RedactedURL(url).description == printed) }

    @Test("temporal IoU")
    func overlap() {
        let a = span(0, 10)
        #expect(a.intersectionOverUnion(span(5, 15)) == 1.0 / 3)
        #expect(a.intersectionOverUnion(a) == 1)
        #expect(a.intersectionOverUnion(span(10, 20)) == 0)
        #expect(span(1, 1).intersectionOverUnion(span(1, 1)) == 0)
        #expect(a.overlaps(span(9, 11)) && !a.overlaps(span(10, 11)))
    }

    @Test("media time compares across tick lengths and saturates")
    func mediaTime() {
        let a = MediaTime(ticks: 90_000, tickNumerator: 1, tickDenominator: 90_000)
        let b = MediaTime(ticks: 1001, tickNumerator: 1, tickDenominator: 1000)
        #expect(a < b && !(b < a))
        #expect(a.microseconds == 1_000_000)
        #expect(MediaTime(ticks: .max, tickNumerator: 1000, tickDenominator: 1).microseconds == .max)
        #expect(MediaTime(ticks: .min, tickNumerator: 1000, tickDenominator: 1).microseconds == .min)
    }

    private func span(_ start: Int64, _ end: Int64) -> TimeSpan {
        TimeSpan(start: WallTime(microseconds: start * 1_000_000), end: WallTime(microseconds: end * 1_000_000))
    }
}
