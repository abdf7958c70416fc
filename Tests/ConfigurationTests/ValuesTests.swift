import Configuration
import Testing

@Suite("Values of the configuration", .timeLimit(.minutes(5)))
struct ValuesTests {
    @Test("a window inside one day and one across midnight contain the right minutes")
    func windows() throws {
        let day = try #require(DailyWindow("06:30-24:00"))
        #expect(day.contains(minute: 390) && day.contains(minute: 1439) && !day.contains(minute: 389))
        let night = try #require(DailyWindow("22:00-06:00"))
        let inside = (0..<1440).filter(night.contains(minute:))
        #expect(inside.count == 480 && inside.contains(1320) && inside.contains(359) && !inside.contains(360))
        #expect(night.description == "22:00-06:00" && day.description == "06:30-24:00")
        for wrong in [
            "", "22-06", "22:00", "22:00-22:00", "24:00-06:00", "2:00-6:00", "22:60-23:00", "22:00-06:00 ",
            "+1:00-06:00",
        ] {
            #expect(DailyWindow(wrong) == nil, "\(wrong)")
        }
    }

    @Test("listening addresses: host, port, brackets, loopback")
    func listening() {
        #expect(ListenAddress("127.0.0.1:8750")?.isLoopback == true)
        #expect(ListenAddress("127.9.9.9:1")?.isLoopback == true)
        #expect(ListenAddress("localhost:0")?.isLoopback == true)
        #expect(ListenAddress("[::1]:80")?.isLoopback == true)
        #expect(ListenAddress("[::]:80")?.isLoopback == false)
        #expect(ListenAddress("0.0.0.0:80")?.isLoopback == false)
        #expect(ListenAddress("127.example.org:80")?.isLoopback == false)
        #expect(ListenAddress("[2001:db8::1]:443")?.description == "[2001:db8::1]:443")
        for wrong in [
            "", ":80", "a:", "a:65536", "a:+1", "a b:80", "::1:80", "[::1:80", "[zz]:80", "a/b:80", "http://a:80",
        ] {
            #expect(ListenAddress(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a polygon needs three corners inside the picture and an area between them")
    func polygons() {
        let (a, b) = (Polygon.Point(x: 0, y: 1), Polygon.Point(x: 0, y: 0))
        #expect(Polygon([a, b, .init(x: 1, y: 0)]) != nil)
        #expect(Polygon([a, b]) == nil)
        #expect(Polygon([a, b, .init(x: 1.01, y: 0)]) == nil)
        #expect(Polygon([a, b, .init(x: .nan, y: 0)]) == nil)
    }

    @Test("corners on one line are no polygon")
    func flat() {
        let line = (0...4).map { Polygon.Point(x: Double($0) / 10, y: Double($0) / 5) }
        #expect(Polygon(line) == nil)
        #expect(Polygon(Array(repeating: line[0], count: 3)) == nil)
        #expect(Polygon(line + [.init(x: 1, y: 0)]) != nil)
    }

    @Test("a redacted address keeps what leads to the camera, and nothing that opens it")
    func addresses() {
        #expect(SecretURL("rtsp://u:p@h:554/stream1").description == "rtsp://***@h:554/stream1")
        #expect(SecretURL("rtsp://h/user=a&password=b&channel=1.sdp").description == "rtsp://h/***")
        #expect(SecretURL("/srv/videos/a.mp4").description == "/srv/videos/a.mp4")
        #expect(
            SecretURL(hidingPathOf: "https://hooks.example.org/a/b?c").description == "https://hooks.example.org/***")
        #expect(SecretURL(hidingPathOf: "https://hooks.example.org").description == "https://hooks.example.org")
        #expect(SecretURL("rtsp://u:p@h/s") == SecretURL("rtsp://u:p@h/s", written: "rtsp://u:${P}@h/s"))
    }
}
