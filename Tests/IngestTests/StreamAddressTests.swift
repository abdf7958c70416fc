import Base
import Ingest
import Testing

@Suite("A camera's address", .timeLimit(.minutes(10)))
struct StreamAddressTests {
    @Test(
        "is read with its host",
        arguments: [
            ("rtsp://192.0.2.1", "192.0.2.1"), ("RTSP://cam.example:8554/a?b=c", "cam.example"),
            ("rtsps://[2001:db8::1]:322/x", "2001:db8::1"), ("rtsp://u:p%40ss@cam/x", "cam"),
            ("rtsp://u:p@ss@cam:554/x", "cam"), ("rtsp://u@cam", "cam"), ("rtsp://:p@cam", "cam"),
            ("http://u:p@cam:8080/video.mjpg", "cam"), ("HTTPS://cam/live.m3u8?x=y", "cam"),
        ])
    func hosts(text: String, host: String) throws {
        let address = try StreamAddress(text)
        #expect(address.host == host)
        #expect(address.isEncrypted == (text.hasPrefix("rtsps") || text.hasPrefix("HTTPS")))
        #expect(address.isHTTP == text.lowercased().hasPrefix("http"))
    }

    @Test(
        "is refused with a reason, and without its password",
        arguments: [
            "", "rtsp://", "ftp://cam/x", "file:///x", "lavfi://testsrc", "concat://a", "http:///x", "cam/x",
            "u:secret@cam/x", "rtsp://u:secret@", "rtsp://u:secret@cam:0/x",
            "rtsp://u:secret@cam:66000", "rtsp://u:secret@cam:x", "rtsp://u:sec ret@cam/x",
            "rtsp://u:secret@cam/\r\nX: y",
            "rtsp://u:secret/1@cam/x", "rtsp://u:secret#1@cam/x", "rtsp://u:secret@[::1/x",
            "rtsp://u:secret" + String(repeating: "x", count: 130) + "@cam/x",
            "rtsp://u:secret@cam/" + String(repeating: "x", count: 1000),
        ])
    func refused(text: String) throws {
        let error = try #require(throws: IngestError.self) { try StreamAddress(text) }
        guard case .invalidAddress = error else { throw error }
        #expect(!"\(error)".contains("sec") && "\(error)".contains("; write rtsp://"))
    }

    @Test("prints itself without user name, password and query, however it is printed")
    func redacted() throws {
        let address = try StreamAddress("rtsp://admin:s%C3%A9cr%40t@cam:554/live?token=hidden")
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped, "\([address])", "\(Optional(address) as Any)"] {
            #expect(text.contains("rtsp://***@cam:554/live?***"), "\(text)")
            #expect(!text.contains("admin") && !text.contains("cr%40t") && !text.contains("hidden"), "\(text)")
        }
    }

    @Test("takes its password out of other texts, in every form it travels in")
    func redacting() throws {
        let address = try StreamAddress("rtsp://admin:s%C3%A9cr%40t@cam/live")
        // base64 of admin:sécr@t
        let line = "Basic YWRtaW46c8OpY3JAdA== for admin:s%C3%A9cr%40t, sécr@t, s%C3%A9cr%40t"
        #expect(address.redacting(line) == "Basic *** for ***, ***, ***")
    }
}
