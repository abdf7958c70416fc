/// One step of the schema: the text of `migrations/NNN_name.sql`, compiled into the program.
public struct Migration: Sendable, Equatable {
    /// Number of the step, counted from 1 without gaps.
    public let version: Int
    /// Name of the step.
    public let name: String
    /// Its statements; the last one writes the step's row into `schema_version`.
    public let sql: String

    /// Every step this program knows, in order. (SwiftPM drops a file name's first digit in the resource's name.)
    static let all = [
        Migration(version: 1, name: "initial", sql: String(decoding: PackageResources._01_initial_sql, as: UTF8.self))
    ]

    /// The version this program speaks.
    static let current = all.count
}
