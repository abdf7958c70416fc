import Glibc

/// Lines to standard output and standard error.
enum StandardStreams {
    /// A line to standard output.
    static func print(_ line: String) { _ = write(line + "\n", to: STDOUT_FILENO) }

    /// The same; returns false when nobody reads it any more.
    static func printIfRead(_ line: String) -> Bool { write(line + "\n", to: STDOUT_FILENO) }

    /// Text as it is to standard output.
    static func write(_ text: String) { _ = write(text, to: STDOUT_FILENO) }

    /// What a model wrote, without what a terminal would obey.
    static func writeWords(_ text: String) {
        let words = text.unicodeScalars.filter { $0 == "\n" || $0.properties.generalCategory != .control }
        write(String(String.UnicodeScalarView(words)))
    }

    /// A line to standard error.
    static func complain(_ line: String) { _ = write(line + "\n", to: STDERR_FILENO) }

    /// Text as it is to standard error.
    static func writeToError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// From now on a reader that has gone is told by ``printIfRead(_:)``, instead of ending the process at once.
    static func outliveReader() { signal(SIGPIPE, SIG_IGN) }

    /// Whether a person types on standard input.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether a person watches standard error.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return false  // the reader has gone (a closed pipe); there is nobody left to tell
            }
            bytes = bytes.dropFirst(written)
        }
        return true
    }
}
