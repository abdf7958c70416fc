import CPostgres

extension PostgresSession {
    /// Runs one statement once for each of `parameters`, without waiting for an answer between them (libpq's pipeline
    /// mode): a batch costs one round trip. Only inside a transaction; the first failure ends the batch and is thrown.
    package func batch(
        _ purpose: String, _ sql: String, _ parameters: [[SQLValue]]
    ) throws(StoreError) -> [Rows] {
        guard let first = parameters.first else { return [] }
        // A null has no type of its own, so each pattern of nulls is a statement of its own.
        var names: [String] = []
        for values in parameters { names.append(try prepare(purpose, sql, values)) }
        if parameters.count == 1 { return [try query(purpose, sql, first)] }
        guard PQenterPipelineMode(handle) == 1 else { throw unavailable(purpose) }
        do throws(StoreError) {
            let results = try exchange(purpose, zip(names, parameters))
            guard PQexitPipelineMode(handle) == 1 else { throw unavailable(purpose) }
            return results
        } catch {
            // Works once everything was read; if it does not, the session is not usable and its owner opens another.
            _ = PQexitPipelineMode(handle)
            throw error
        }
    }

    private func exchange(
        _ purpose: String, _ calls: Zip2Sequence<[String], [[SQLValue]]>
    ) throws(StoreError) -> [Rows] {
        let deadline = deadline
        for (name, values) in calls {
            guard send(name, values) else { throw unavailable(purpose) }
        }
        guard PQpipelineSync(handle) == 1 else { throw unavailable(purpose) }
        try flush(purpose, deadline)
        var results: [Rows] = []
        var failure: StoreError?
        while true {
            // Between the results of two statements libpq gives nil; so does a lost connection, for ever.
            guard let result = try nextResult(purpose, deadline) else {
                guard PQstatus(handle) == CONNECTION_OK else { throw failure ?? unavailable(purpose) }
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: results.append(Rows(result, purpose: purpose))
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                if let failure { throw failure }
                return results
            case PGRES_PIPELINE_ABORTED: PQclear(result)
            default:
                failure = failure ?? error(in: result, purpose)
                PQclear(result)
            }
        }
    }

    /// Sends a prepared statement; false when libpq refuses.
    func send(_ name: String, _ parameters: [SQLValue]) -> Bool {
        let encoded = parameters.map(\.encoded)
        return withBuffers(encoded) { values in
            let lengths = encoded.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: encoded.count)
            return PQsendQueryPrepared(handle, name, Int32(encoded.count), values, lengths, formats, 1) == 1
        }
    }
}
