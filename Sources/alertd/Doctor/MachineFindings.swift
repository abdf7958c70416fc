import Foundation
import Glibc
import Ingest

/// What this machine is, apart from what alertd was told about it.
enum MachineFindings {
    /// 14 November 2023: a clock before it was never set.
    private static let earliestNow = 1_700_000_000.0
    /// What the kernel calls the processes of time services (15 characters at most).
    private static let timeServices: Set = ["systemd-timesyn", "chronyd", "ntpd", "openntpd", "phc2sys"]

    /// All of them. `cameras` is how many cameras are configured.
    static func all(cameras: Int) -> [Finding] {
        [
            Finding("version", .ok, "alertd \(ProgramVersion.text)"),
            Finding("libraries", .ok, LibraryVersions.all.map { "\($0) \($1)" }.joined(separator: ", ")),
            Finding("ffmpeg licence", .ok, FFmpegLibraries.licence), decoders(), clock(), processor(),
            openFiles(cameras: cameras),
        ]
    }

    private static func decoders() -> Finding {
        let missing = FFmpegLibraries.missingDecoders
        guard !missing.isEmpty else { return Finding("decoders", .ok, "h264, hevc, mjpeg") }
        return Finding(
            "decoders", .failed,
            "this libavcodec cannot decode \(missing.joined(separator: ", ")), which cameras send; install Debian's "
                + "libavcodec")
    }

    private static func clock() -> Finding {
        let now = Date()
        guard now.timeIntervalSince1970 > earliestNow else {
            return Finding(
                "clock", .failed, "the system clock is not set; start a time service: systemd-timesyncd or chrony")
        }
        guard let service = timeService() else {
            return Finding(
                "clock", .warning,
                "\(now.ISO8601Format()) (UTC); no time service keeps it right, so the times of events drift: start "
                    + "systemd-timesyncd or chrony, unless the host of this virtual machine sets the clock")
        }
        return Finding("clock", .ok, "\(now.ISO8601Format()) (UTC), kept by \(service)")
    }

    private static func timeService() -> String? {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.lazy.filter { Int($0) != nil }
            .compactMap { try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8) }
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.first(where: timeServices.contains)
    }

    private static func processor() -> Finding {
        let count = ProcessInfo.processInfo.activeProcessorCount
        return Finding("processor", .ok, "\(count) cores, \(ProcessorFeatures.summary)")
    }

    /// A camera needs a socket or two and files of encodings and footage; the rest is for the database, the page and what
    /// is read at the moment.
    private static func openFiles(cameras: Int) -> Finding {
        let needed = 256 + 12 * cameras
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return Finding("open files", .warning, "the limit cannot be read: \(String(cString: strerror(errno)))")
        }
        let most = limit.rlim_max > rlim_t(Int32.max) ? Int(Int32.max) : Int(limit.rlim_max)
        guard most < needed else {
            return Finding("open files", .ok, most == Int(Int32.max) ? "no limit" : "at most \(most)")
        }
        return Finding(
            "open files", .failed,
            "at most \(most) are allowed, \(cameras) cameras need \(needed); raise the hard limit (ulimit -Hn, "
                + "LimitNOFILE= of the service)")
    }
}
