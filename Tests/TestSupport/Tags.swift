public import Testing

extension Tag {
    /// Compares with golden numbers of a reference implementation.
    @Tag public static var parity: Self
    /// Talks to a real server that the test starts.
    @Tag public static var integration: Self
    /// Reads media files.
    @Tag public static var media: Self
}
