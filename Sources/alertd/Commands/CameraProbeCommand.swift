import ArgumentParser
import Base
import Foundation
import Ingest
import Web

/// `alertd camera probe URL`
struct CameraProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Connect to a camera, look at its stream for some seconds, and say what it sends.",
        discussion: """
            Every user of the machine sees a command line while the command runs. A password is better given in the \
            environment variable ALERTD_CAMERA_URL (no argument then), on standard input ('-'), or by naming a camera \
            of the configuration.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(
        help: ArgumentHelp(
            "rtsp, rtsps, http or https address, '-' for standard input, or a camera's name. Else $ALERTD_CAMERA_URL.",
            valueName: "url"))
    var address: String?
    @Option(help: "How long to look, counted from the first picture.") var seconds = 6.0

    private struct Line: Encodable {
        let url: String
        let survey: StreamSurvey

        private enum Key: String, CodingKey {
            case url, codec, width, height, framesPerSecond, gopFrames, gopSeconds, clock, clockErrorSeconds, decodeMode
            case decoder, cpuShare, errors
        }

        /// All keys are always there; what was not seen is null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(url, forKey: .url)
            try container.encode(survey.probe.codec, forKey: .codec)
            try container.encode(survey.probe.size.width, forKey: .width)
            try container.encode(survey.probe.size.height, forKey: .height)
            try container.encode(survey.framesPerSecond.map(Rounded.milliseconds), forKey: .framesPerSecond)
            try container.encode(survey.gopFrames.map(Rounded.milliseconds), forKey: .gopFrames)
            try container.encode(survey.gopSeconds.map(Rounded.milliseconds), forKey: .gopSeconds)
            try container.encode(survey.clock.rawValue, forKey: .clock)
            try container.encode(survey.clockError.map(Rounded.milliseconds), forKey: .clockErrorSeconds)
            try container.encode(survey.decodeMode.rawValue, forKey: .decodeMode)
            try container.encode(survey.device.rawValue, forKey: .decoder)
            try container.encode(Rounded.score(survey.cpuShare), forKey: .cpuShare)
            try container.encode(survey.errors, forKey: .errors)
        }

        func fields(lasting seconds: Double) -> [String] {
            let gop = survey.gopFrames.flatMap { frames in
                survey.gopSeconds.map { "\(Rounded.milliseconds(frames)) frames, \(Rounded.milliseconds($0)) s" }
            }
            let failure = survey.deviceFailure.map { " (\($0))" } ?? ""
            let error = survey.clockError.map { " (± \(Rounded.milliseconds($0)) s)" } ?? ""
            return [
                "address  \(url)", "codec    \(survey.probe.codec)", "size     \(survey.probe.size)",
                "frames   \(survey.framesPerSecond.map { "\(Rounded.milliseconds($0)) a second" } ?? "too few to say")",
                "GOP      \(gop ?? "no second key frame within \(seconds) s")",
                "clock    \(survey.clock.rawValue)\(error)",
                "decoding \(survey.decodeMode.rawValue), by \(survey.device.rawValue)\(failure)",
                "CPU      \(Rounded.milliseconds(survey.cpuShare * 100)) % of one core, without the encoder",
                "errors   \(survey.errors)",
            ]
        }
    }

    func validate() throws {
        guard (1...300).contains(seconds) else { throw ValidationError("--seconds must lie in 1–300") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let configuration = try DatabaseSession.Plan(options, environment: environment).configuration
        let found = try CameraAddress.resolve(address, configuration: configuration, environment: environment)
        let time = Duration.seconds(seconds)
        let survey = try await CameraStream.reaching {
            try await StreamSurvey.take(of: found.address, lasting: time, configuration: found.configuration)
        }
        let line = Line(url: found.address.description, survey: survey)
        if options.json {
            StandardStreams.print(try JSONLine.text(line))
        } else {
            line.fields(lasting: seconds).forEach(StandardStreams.print)
        }
    }
}
