public import ArgumentParser
public import Base

/// Which camera and which time a command looks at.
struct RangeOptions: ParsableArguments {
    @Option(help: "Only this camera.") var camera: CameraID?
    @Option(help: ArgumentHelp("Only from this time on (RFC 3339).", valueName: "time")) var since: WallTime?
    @Option(help: ArgumentHelp("Only before this time (RFC 3339).", valueName: "time")) var until: WallTime?

    func validate() throws {
        if let since, let until, since >= until { throw ValidationError("--since must lie before --until") }
    }
}

extension CameraID: ExpressibleByArgument {
    /// A camera's name as typed.
    public init?(argument: String) { self.init(argument) }
}

extension WallTime: ExpressibleByArgument {
    /// A time as typed: RFC 3339.
    public init?(argument: String) { self.init(rfc3339: argument) }
}
