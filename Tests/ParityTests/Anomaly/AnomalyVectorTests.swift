import Foundation
import TestSupport
import Testing

/// The files of the folder `anomaly`, each read by its form and not by its name.
@Suite("anomaly vectors", .tags(.parity), .timeLimit(.minutes(10)))
struct AnomalyVectorTests {
    @Test("every number of the file is matched", arguments: try AnomalyVectorFile.all())
    func file(_ file: AnomalyVectorFile) throws {
        guard let reader = try AnomalyVectorFile.reader(of: file.url) else {
            Issue.record("anomaly/\(file.name): no reader for its form")
            return
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        try decoder.decode(reader, from: Data(contentsOf: file.url)).check(file.name)
    }

    @Test("a file of another form has no reader")
    func unknownForm() throws {
        let folder = try ScratchFolder()
        let file = folder.file("other.json")
        for text in [#"{"cases": [{"colour": 1}], "seed": 7}"#, #"{"cases": []}"#, "[1]"] {
            try Data(text.utf8).write(to: file)
            #expect(try AnomalyVectorFile.reader(of: file) == nil)
        }
    }
}

/// Numbers of one form: what a reader decodes, and how it compares.
protocol AnomalyVectors: Decodable {
    /// Whether `keys`, those of the file and of its first case, are this form's.
    static func isForm(_ keys: Set<String>) -> Bool
    /// Records an issue for each number that is not matched.
    func check(_ name: String) throws
}

/// One JSON file of the folder.
struct AnomalyVectorFile: Sendable, CustomTestStringConvertible {
    let url: URL
    var name: String { url.lastPathComponent }
    var testDescription: String { name }

    private static var readers: [any AnomalyVectors.Type] {
        [
            LAVADParseVectors.self, LAVADWindowVectors.self, LAVADCleanVectors.self, LAVADRefineVectors.self,
            LAVADAUCVectors.self, MetricVectors.self, VadCLIPLabelVectors.self, VadCLIPMapVectors.self,
            VERAVectors.self,
            VelocityVectors.self, AIVADVectors.self, AnomalibVectors.self, RegionTrackVectors.self,
            AnomalyRulerVectors.self, SamplerVectors.self, MoniTorVectors.self, NOVAVectors.self, FlashbackVectors.self,
            EventVectors.self, CalibrationVectors.self,
        ]
    }

    /// Every JSON file of the folder, sorted by name.
    static func all() throws -> [AnomalyVectorFile] {
        try VectorFolder.all().filter { $0.name == "anomaly" }.flatMap { try files(in: $0.url) }
    }

    static func files(in folder: URL) throws -> [AnomalyVectorFile] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { AnomalyVectorFile(url: $0) }
    }

    /// The reader of the file's form.
    static func reader(of url: URL) throws -> (any AnomalyVectors.Type)? {
        guard let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] else {
            return nil
        }
        var keys = Set(object.keys)
        if let first = (object["cases"] as? [[String: Any]])?.first {
            keys.formUnion(first.keys.map { "case." + $0 })
            if let video = (first["videos"] as? [[String: Any]])?.first {
                keys.formUnion(video.keys.map { "video." + $0 })
            }
        }
        return readers.first { $0.isForm(keys) }
    }
}

/// The folder `anomaly` as a whole: matched when every file in it has a reader. ``AnomalyVectorTests`` compares numbers.
enum AnomalyParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        guard folder.name == "anomaly" else { return false }
        let files = try AnomalyVectorFile.files(in: folder.url)
        return try !files.isEmpty && files.allSatisfy { try AnomalyVectorFile.reader(of: $0.url) != nil }
    }

    static func check(_ folder: VectorFolder) throws {
        let names = try AnomalyVectorFile.files(in: folder.url).map(\.name)
        print("parity: anomaly: \(names.count) files, each a test of its own")
    }
}

/// Records an issue unless both have the same length and differ by at most `tolerance`, or by less than one part in 10⁹.
func expectClose(
    _ found: [Double], _ expected: [Double], within tolerance: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, "\(name): count", sourceLocation: sourceLocation)
    let worst = zip(found, expected).map { abs($0 - $1) - abs($1) * 1e-9 }.max() ?? 0
    #expect(worst <= tolerance, "\(name): off by \(worst), allowed \(tolerance)", sourceLocation: sourceLocation)
    let isFinite = found.allSatisfy { $0.isFinite }
    #expect(isFinite, "\(name): not finite", sourceLocation: sourceLocation)
}
