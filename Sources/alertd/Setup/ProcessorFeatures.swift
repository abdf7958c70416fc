import Foundation

/// The vector instructions of this machine that matter for speed.
enum ProcessorFeatures {
    private static let interesting = ["avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8"]

    /// The interesting flags of `/proc/cpuinfo`, or that none was found.
    static var summary: String {
        let text = (try? String(contentsOf: URL(filePath: "/proc/cpuinfo"), encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") } ?? ""
        let flags = Set(line.split(separator: " "))
        let found = interesting.filter { flags.contains(Substring($0)) }
        return found.isEmpty ? "no vector extensions found" : found.joined(separator: " ")
    }
}
