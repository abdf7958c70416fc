/// The version of this build.
enum ProgramVersion {
    static let text = "0.1.0"
}
