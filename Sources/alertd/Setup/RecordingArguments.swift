import Base
import Foundation
import Ingest

/// The recordings that a command's arguments name: files, folders of exports, and `-` for standard input.
struct RecordingArguments {
    /// In the order of the arguments; a folder's by name, those of its subfolders included.
    private(set) var media: [MediaFile] = []
    /// What could not be opened.
    private(set) var failures: [Failure] = []

    /// Files in a folder count when they are called like videos.
    private static let extensions: Set<String> = [
        "3gp", "asf", "avi", "dav", "flv", "h264", "h265", "hevc", "m2ts", "m4v", "mjpeg", "mjpg", "mkv", "mov", "mp4",
        "mpeg", "mpg", "mts", "mxf", "ogv", "ps", "ts", "webm", "wmv",
    ]
    /// Each stays open until it was read.
    private static let mostFiles = 10_000

    /// Opens them all, before privileges are given up. What a pipe brings is kept in `spool` meanwhile.
    init(_ arguments: [String], spool: String) {
        FileLimit.raise()
        for argument in arguments {
            do throws(IngestError) {
                if argument == "-" {
                    media.append(try MediaFile.standardInput(spoolingInto: spool))
                } else if Self.isFolder(argument) {
                    open(folder: argument)
                } else {
                    media.append(try MediaFile(path: argument))
                }
            } catch {
                failures.append(Failure(describing: error))
            }
        }
    }

    private mutating func open(folder: String) {
        let paths = Self.recordings(in: folder)
        if paths.isEmpty {
            failures.append(Failure(.failed, "cannot ingest \(folder): no video files in this folder; name the files"))
        }
        if paths.count > Self.mostFiles {
            failures.append(
                Failure(
                    .failed,
                    "cannot ingest all of \(folder): it holds \(paths.count) recordings, the first \(Self.mostFiles) are "
                        + "taken; name its subfolders one by one"))
        }
        for path in paths.prefix(Self.mostFiles) {
            do throws(IngestError) {
                media.append(try MediaFile(path: path))
            } catch {
                failures.append(Failure(describing: error))
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Regular files below `folder`, by name with numbers as numbers; links are not followed.
    private static func recordings(in folder: String) -> [String] {
        let keys: [URLResourceKey] = [.isRegularFileKey]
        guard
            let found = FileManager.default.enumerator(
                at: URL(filePath: folder, directoryHint: .isDirectory), includingPropertiesForKeys: keys,
                options: [.skipsHiddenFiles])
        else { return [] }
        return found.compactMap { $0 as? URL }
            .filter { extensions.contains($0.pathExtension.lowercased()) }
            .filter { (try? $0.resourceValues(forKeys: Set(keys)).isRegularFile) == true }
            .map(\.path)
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    }
}
