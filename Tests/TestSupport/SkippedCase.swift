import Foundation
import Testing

/// Ends the running argument of a parameterised test as skipped, and says why in the run's summary.
///
/// Swift Testing keeps no reason for a single cancelled argument, so it is written to standard error in the form that
/// `scripts/test` repeats.
public func skipCase(_ name: String, because reason: String) throws -> Never {
    FileHandle.standardError.write(Data("skipped: \(name): \(reason)\n".utf8))
    try Test.cancel("\(name): \(reason)")
}
