internal import Foundation

/// Time as a history of scores feels it: it runs fast while a camera is young, so that a half-life of a week is one of a day
/// in the first three days, of a third of the age up to three weeks, and of a week from then on.
///
/// What a camera shows at first is measured by banks that know hardly anything, and scores far higher than the same later:
/// a week of it would hide the first incidents.
struct YouthClock: Sendable, Codable {
    private static let day = 86_400.0
    private static let young = 3 * day
    private static let grown = 21 * day
    private var birth: Double?

    /// The felt time at `seconds`; the first call is the camera's birth. Rises with `seconds`.
    mutating func time(at seconds: Double) -> Double {
        let birth = birth ?? seconds
        self.birth = birth
        return birth + Self.felt(seconds - birth)
    }

    private static func felt(_ age: Double) -> Double {
        if age <= young { return grown / young * age }
        if age <= grown { return grown * (1 + log(age / young)) }
        return grown * (1 + log(grown / young)) + age - grown
    }
}
