import Base

extension IngestError {
    /// The lines about cameras: what was tried, on what, why it failed, what to do.
    var cameraDescription: String {
        switch self {
        case .invalidAddress(let url, let reason):
            "cannot use the address \(url): \(reason); write rtsp://user:password@host:port/path (or http)"
        case .unknownHost(let url, let reason):
            "cannot connect to \(url): unknown host (\(reason)); check the name and this machine's name server"
        case .unreachable(let url, let reason):
            "cannot connect to \(url): \(reason); check address, port and that the camera is on"
        case .timedOut(let url, let step, let limit):
            "cannot \(step.rawValue) of \(url): no answer within \(limit.inSeconds.rounded(toPlaces: 1)) s; "
                + "check the network, and restart the camera if it hangs"
        case .unauthorized(let url):
            "cannot log in to \(url): user name or password is wrong (401); correct them in the configuration"
        case .notFound(let url):
            "cannot play \(url): the camera has no such stream (404); check the path in its manual"
        case .rejected(let url, let reason): "cannot play \(url): the camera refuses (\(reason)); see its log"
        case .tlsFailed(let url, let reason): "cannot encrypt the connection to \(url): \(reason)"
        case .lost(let url, let reason): "lost \(url): \(reason); check the network and the camera's power"
        case .streamEnded(let url): "lost \(url): the camera ended the stream; check whether it restarted"
        case .corruptStream(let url, let reason): "lost \(url): damaged stream (\(reason)); check the network"
        case .clockStepped(let url, let seconds):
            "reconnecting to \(url): this machine's clock was set by \(seconds.rounded(toPlaces: 1)) s; "
                + "keep it synchronised (NTP)"
        default: "cannot read a source"
        }
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let scale = (0..<places).reduce(1.0) { power, _ in power * 10 }
        return (self * scale).rounded() / scale
    }
}
