import Ingest
import NN
import Outbound
import Store

/// The versions of the libraries that this process runs on.
enum LibraryVersions {
    /// Name and version, in the order of the data's way.
    static var all: [(String, String)] {
        FFmpegLibraries.versions.map { ($0.name, $0.version) } + [
            ("openblas", BLAS.version), ("curl", CurlLibrary.version),
        ]
    }
}
