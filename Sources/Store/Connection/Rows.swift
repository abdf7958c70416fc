package import Base
import CPostgres

/// The rows of one result, in binary form. Owns libpq's memory; stays on the connection's thread.
package final class Rows {
    private let result: OpaquePointer
    private let columns: [String: Int32]
    /// What the statement was for, as error messages say it.
    private let purpose: String

    /// Number of rows.
    package let count: Int

    /// Takes over `result`.
    init(_ result: OpaquePointer, purpose: String) {
        self.result = result
        self.purpose = purpose
        count = Int(PQntuples(result))
        var columns: [String: Int32] = [:]
        for index in 0..<PQnfields(result) {
            if let name = PQfname(result, index) { columns[String(cString: name)] = index }
        }
        self.columns = columns
    }

    deinit { PQclear(result) }

    /// Rows that the statement inserted, changed, deleted or returned.
    package var affected: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// The rows, first to last.
    package var all: [Row] { (0..<count).map { Row(rows: self, index: Int32($0)) } }

    /// What `transform` makes of each row, first to last.
    package func map<T>(_ transform: (Row) throws(StoreError) -> T) throws(StoreError) -> [T] {
        var values: [T] = []
        values.reserveCapacity(count)
        for row in all { values.append(try transform(row)) }
        return values
    }

    /// The one row of a statement that always gives one. Throws ``StoreError/unexpectedResult(what:why:)``.
    package func only() throws(StoreError) -> Row {
        guard count == 1 else { throw .unexpectedResult(what: purpose, why: "\(count) rows instead of one") }
        return Row(rows: self, index: 0)
    }

    fileprivate func bytes(_ column: String, _ row: Int32, type: UInt32) throws(StoreError) -> [UInt8]? {
        guard let index = columns[column] else {
            throw .unexpectedResult(what: purpose, why: "there is no column \(column)")
        }
        guard PQftype(result, index) == type else {
            throw .unexpectedResult(what: purpose, why: "column \(column) has type \(PQftype(result, index))")
        }
        if PQgetisnull(result, row, index) != 0 { return nil }
        let length = Int(PQgetlength(result, row, index))
        guard let start = PQgetvalue(result, row, index) else { return nil }
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }

    fileprivate func missing(_ column: String) -> StoreError {
        .unexpectedResult(what: purpose, why: "column \(column) is null or malformed")
    }
}

/// One row; columns are read by name and type, and a mismatch throws ``StoreError/unexpectedResult(what:why:)``.
package struct Row {
    fileprivate let rows: Rows
    fileprivate let index: Int32

    package func optionalBool(_ column: String) throws(StoreError) -> Bool? {
        try rows.bytes(column, index, type: 16)?.first.map { $0 != 0 }
    }

    package func optionalInteger(_ column: String) throws(StoreError) -> Int64? {
        try rows.bytes(column, index, type: 20).flatMap { $0.bigEndianInteger() }.map { Int64(bitPattern: $0) }
    }

    package func optionalReal(_ column: String) throws(StoreError) -> Double? {
        try rows.bytes(column, index, type: 701).flatMap { $0.bigEndianInteger() }.map { Double(bitPattern: $0) }
    }

    package func optionalText(_ column: String) throws(StoreError) -> String? {
        try rows.bytes(column, index, type: 25).map { String(decoding: $0, as: UTF8.self) }
    }

    package func optionalBytes(_ column: String) throws(StoreError) -> [UInt8]? {
        try rows.bytes(column, index, type: 17)
    }

    package func optionalTime(_ column: String) throws(StoreError) -> WallTime? {
        let bits: UInt64? = try rows.bytes(column, index, type: 1184).flatMap { $0.bigEndianInteger() }
        guard let bits else { return nil }
        let (value, overflow) = Int64(bitPattern: bits).addingReportingOverflow(SQLValue.postgresEpoch)
        if overflow { throw rows.missing(column) }
        return WallTime(microseconds: value)
    }

    package func bool(_ column: String) throws(StoreError) -> Bool { try required(optionalBool(column), column) }
    package func integer(_ column: String) throws(StoreError) -> Int64 { try required(optionalInteger(column), column) }
    package func real(_ column: String) throws(StoreError) -> Double { try required(optionalReal(column), column) }
    package func text(_ column: String) throws(StoreError) -> String { try required(optionalText(column), column) }
    package func time(_ column: String) throws(StoreError) -> WallTime { try required(optionalTime(column), column) }
    package func bytes(_ column: String) throws(StoreError) -> [UInt8] { try required(optionalBytes(column), column) }

    private func required<T>(_ value: T?, _ column: String) throws(StoreError) -> T {
        guard let value else { throw rows.missing(column) }
        return value
    }
}

extension [UInt8] {
    /// Eight bytes, most significant first; nil for any other length.
    fileprivate func bigEndianInteger() -> UInt64? {
        count == 8 ? reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}
