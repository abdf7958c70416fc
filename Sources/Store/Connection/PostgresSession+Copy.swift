import CPostgres
import Glibc

extension PostgresSession {
    /// Bytes handed to libpq at once; it keeps no more than this beyond what the socket takes.
    private static var copyChunk: Int { 1 << 16 }

    /// Sends `count` rows of `columns` fields with `COPY target FROM STDIN`, where `target` is a table and its columns as SQL;
    /// `write` adds the fields of each, while the server works on those before. All rows are stored, or none.
    package func copy(
        _ purpose: String, into target: String, rows count: Int, of columns: Int16,
        _ write: (_ index: Int, _ row: inout CopyRows) -> Void
    ) throws(StoreError) {
        guard PQsendQuery(handle, "COPY \(target) FROM STDIN (FORMAT binary)") == 1 else { throw unavailable(purpose) }
        let deadline = deadline
        try flush(purpose, deadline)
        guard let begun = try nextResult(purpose, deadline) else { throw unavailable(purpose) }
        defer { PQclear(begun) }
        guard PQresultStatus(begun) == PGRES_COPY_IN else {
            let failure = error(in: begun, purpose)
            while let rest = try nextResult(purpose, deadline) { PQclear(rest) }
            throw failure
        }
        var rows = CopyRows(columns: columns)
        for index in 0..<count {
            rows.beginRow()
            write(index, &rows)
            guard rows.bytes.count >= Self.copyChunk else { continue }
            try put(rows.bytes, purpose, deadline)
            rows.removeSent()
        }
        try put(rows.bytes + [0xFF, 0xFF], purpose, deadline)
        while true {
            let ended = PQputCopyEnd(handle, nil)
            if ended == 1 { break }
            guard ended == 0 else { throw unavailable(purpose) }
            try flush(purpose, deadline)
        }
        PQclear(try awaitResult(purpose))
    }

    private func put(
        _ bytes: [UInt8], _ purpose: String, _ deadline: ContinuousClock.Instant
    ) throws(StoreError) {
        var sent = 0
        while sent < bytes.count {
            let size = min(Self.copyChunk, bytes.count - sent)
            let taken = bytes.withUnsafeBytes { buffer -> Int32 in
                guard let base = buffer.baseAddress else { return 1 }
                return PQputCopyData(handle, (base + sent).assumingMemoryBound(to: CChar.self), Int32(size))
            }
            guard taken >= 0 else { throw unavailable(purpose) }
            if taken == 1 { sent += size }
            // libpq would take everything into memory: only what the server keeps up with is handed over.
            if taken == 0 || PQflush(handle) == 1 { try flush(purpose, deadline) }
        }
    }
}
