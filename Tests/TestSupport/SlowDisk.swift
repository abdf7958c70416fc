import Foundation

/// A disk that takes its time: a library that, loaded before all others, makes `fsync` and `fdatasync` of a program wait.
/// Compiled by gcc when it is made.
public struct SlowDisk: Sendable {
    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <time.h>
        #include <unistd.h>

        static void wait_for_disk(void) {
            const char *milliseconds = getenv("SLOW_DISK_MILLISECONDS"), *tally = getenv("SLOW_DISK_TALLY");
            long wait = milliseconds ? atol(milliseconds) : 0;
            struct timespec time = {wait / 1000, wait % 1000 * 1000000};
            if (tally) {
                int file = open(tally, O_WRONLY | O_APPEND | O_CLOEXEC);
                if (file >= 0) { if (write(file, ".", 1) < 0) {} close(file); }
            }
            while (nanosleep(&time, &time) != 0) {}
        }

        int fsync(int file) {
            int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
            wait_for_disk();
            return next(file);
        }

        int fdatasync(int file) {
            int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
            wait_for_disk();
            return next(file);
        }
        """

    private let folder: ScratchFolder

    /// The path of the library.
    public let library: String
    /// What the library reads from the environment.
    public let settings: [String: String]

    /// A disk on which each wait takes `milliseconds` longer.
    public init(milliseconds: Int) throws {
        folder = try ScratchFolder()
        let source = try folder.write("slow.c", Data(Self.source.utf8))
        library = folder.file("slow.so").path
        let tally = try folder.write("tally", Data())
        // Written to by whatever user a program becomes.
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: tally)
        settings = ["SLOW_DISK_MILLISECONDS": "\(milliseconds)", "SLOW_DISK_TALLY": tally]
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/gcc")
        compiler.arguments = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else {
            throw TemporaryPostgres.Failure(description: "gcc cannot compile \(source)")
        }
    }

    /// What a program's environment needs for its disk to be slow.
    public var environment: [String: String] { settings.merging(["LD_PRELOAD": library]) { $1 } }

    /// How often programs have waited.
    public var waits: Int {
        let path = settings["SLOW_DISK_TALLY"] ?? ""
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }
}
