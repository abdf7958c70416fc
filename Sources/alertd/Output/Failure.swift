/// A command that could not do its work: the line for standard error and the exit code.
struct Failure: Error {
    /// Exit codes beside 0 and ArgumentParser's 64 for wrong usage.
    enum Code: Int32 {
        case nothingFound = 1
        case failed = 2
        case usage = 64
        case unavailable = 69
        case badConfiguration = 78
    }

    let code: Code
    /// One line: what was tried, on what, why it failed, what to do; empty when there is nothing to say.
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
