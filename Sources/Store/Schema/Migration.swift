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

    /// The columns of the tables that it makes, as `table.column`, in its order.
    var columns: [String] {
        var table: Substring?
        var columns: [String] = []
        for line in sql.split(separator: "\n") {
            if let found = line.firstMatch(of: /^CREATE TABLE alertd\.([a-z_]+) \(/) {
                table = found.1
            } else if line.hasPrefix(")") {
                table = nil
            } else if let table, let found = line.firstMatch(of: /^ {4}([a-z_]+) +[a-z]/) {
                columns.append("\(table).\(found.1)")
            }
        }
        return columns
    }

    /// What the steps make and a database with these columns lacks: a table by its name, a column as `table.column`.
    static func missing(from there: Set<String>) -> [String] {
        let tables = Set(there.compactMap { $0.split(separator: ".").first })
        var missing: [String] = []
        for column in all.flatMap(\.columns) where !there.contains(column) {
            let table = column.prefix { $0 != "." }
            let name = tables.contains(table) ? column : String(table)
            if missing.last != name { missing.append(name) }
        }
        return missing
    }
}
