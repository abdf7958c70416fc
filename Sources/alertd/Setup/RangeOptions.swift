public import ArgumentParser
public import Base
import Foundation

/// Which camera and which time a command looks at.
struct RangeOptions: ParsableArguments {
    @Option(help: "Only this camera.") var camera: CameraID?
    @Option(help: ArgumentHelp("Only from this time on (RFC 3339, or as in 7d, 12h, 30m ago).", valueName: "time"))
    var since: WallTime?
    @Option(help: ArgumentHelp("Only before this time (the same).", valueName: "time")) var until: WallTime?

    func validate() throws {
        if let since, let until, since >= until { throw ValidationError("--since must lie before --until") }
    }
}

extension CameraID: ExpressibleByArgument {
    /// A camera's name as typed.
    public init?(argument: String) { self.init(argument) }
}

extension WallTime: ExpressibleByArgument {
    /// A time as typed: RFC 3339, or how long ago it was, in days, hours, minutes or seconds (`7d`).
    public init?(argument: String) {
        let units: [Character: Double] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
        if let unit = argument.last.flatMap({ units[$0] }), let count = Double(argument.dropLast()),
            (0...1e6).contains(count), argument.first?.isNumber == true
        {
            self = WallTime(Date()).advanced(bySeconds: -count * unit)
        } else {
            self.init(rfc3339: argument)
        }
    }
}
