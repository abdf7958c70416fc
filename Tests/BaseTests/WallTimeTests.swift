import Base
import Testing

@Suite("Wall time")
struct WallTimeTests {
    @Test(
        "prints RFC 3339 in UTC with milliseconds",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00.000Z"),
            (1_000, "1970-01-01T00:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (4_102_444_799_999_999, "2099-12-31T23:59:59.999Z"),
        ])
    func prints(microseconds: Int64, text: String) {
        #expect(WallTime(microseconds: microseconds).description == text)
    }

    @Test("reads what it prints, offsets and fractions")
    func reads() {
        #expect(WallTime(rfc3339: "2026-05-01T12:00:00Z")?.description == "2026-05-01T12:00:00.000Z")
        #expect(WallTime(rfc3339: "2026-05-01 14:00:00.250+02:00")?.description == "2026-05-01T12:00:00.250Z")
        #expect(WallTime(rfc3339: "yesterday") == nil)
        #expect(WallTime(rfc3339: "2026-13-01T12:00:00Z") == nil)
    }
}
