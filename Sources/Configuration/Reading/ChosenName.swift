import Base

/// Names that users choose: the rule of ``CameraID`` holds for queries, zones and models as well.
enum ChosenName {
    /// Whether `text` may name something.
    static func isName(_ text: String) -> Bool { CameraID(text) != nil }
}
