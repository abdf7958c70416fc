import Base
import Ingest
import TestSupport
import Testing

@Suite("A survey of a stream", .serialized, .tags(.integration), .timeLimit(.minutes(10)))
struct StreamSurveyTests {
    @Test("measures rate and group of pictures")
    func survey() async throws {
        let server = try RTSPServer()
        let survey = try #require(
            try await StreamSurvey.take(
                of: StreamAddress(server.url()), lasting: .seconds(3), configuration: quickStream))
        #expect(survey.probe == StreamProbe(codec: "h264", size: PictureSize(width: 640, height: 360)))
        #expect(abs(try #require(survey.framesPerSecond) - 12) < 1)
        #expect(survey.gopFrames == 12 && survey.errors == 0)
        // When the server sends its first report is its own affair.
        #expect([.arrival, .camera].contains(survey.clock) && survey.clockError.map { $0 < 3 } == true)
        #expect(survey.cpuShare > 0 && survey.cpuShare < 1, "\(survey.cpuShare)")
    }

    @Test("a stream that stalls meanwhile is reported, not waited for")
    func stall() async throws {
        let server = try RTSPServer()
        let address = try StreamAddress(server.url())
        let source = try #require(try await CameraSource.connect(to: address, configuration: quickStream))
        source.stop()
        async let survey = StreamSurvey.take(of: address, lasting: .seconds(60), configuration: quickStream)
        // Stalled while it connects or while it reads: both end by their time-outs.
        server.stall()
        do {
            _ = try await survey
            Issue.record("a stalled stream was surveyed")
        } catch let error as IngestError {
            guard case .timedOut = error else {
                Issue.record("\(error)")
                return
            }
        }
        server.resume()
    }
}
