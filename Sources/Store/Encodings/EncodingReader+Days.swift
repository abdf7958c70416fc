public import Base

extension EncodingReader {
    /// The UTC days for which there are encodings of `camera`, each as its span, oldest first.
    public func days(of camera: CameraID) -> [TimeSpan] {
        folder.days(camera, from: "0000-00-00", to: "9999-99-99").compactMap { day in
            guard let start = WallTime(rfc3339: day + "T00:00:00Z") else { return nil }
            return TimeSpan(start: start, end: start.advanced(bySeconds: 86_400))
        }
    }
}
