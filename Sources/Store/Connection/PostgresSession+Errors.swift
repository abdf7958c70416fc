import CPostgres

extension PostgresSession {
    func unavailable(_ purpose: String) -> StoreError {
        let why = PQerrorMessage(handle).map { address.redact(String(cString: $0)) } ?? ""
        return .unavailable(what: purpose, address: address.description, why: why.isEmpty ? "connection lost" : why)
    }

    func error(in result: OpaquePointer, _ purpose: String) -> StoreError {
        func field(_ code: Int32) -> String? {
            PQresultErrorField(result, code).map { address.redact(String(cString: $0)) }
        }
        let state = field(ALERTD_DIAG_SQLSTATE) ?? ""
        let primary = field(ALERTD_DIAG_MESSAGE_PRIMARY) ?? ""
        let why = primary + (field(ALERTD_DIAG_MESSAGE_DETAIL).map { " (\($0))" } ?? "")
        switch state {
        case "": return unavailable(purpose)
        case "40001", "40P01", "55P03": return .conflict(why: why)
        case "57014" where !primary.contains("timeout"): return .cancelled(what: purpose)
        case "42501": return .forbidden(what: purpose, why: why)
        case "53100": return .diskFull(path: address.description)
        case _ where state.hasPrefix("23"):
            let name = field(ALERTD_DIAG_CONSTRAINT_NAME) ?? field(ALERTD_DIAG_COLUMN_NAME) ?? "unnamed"
            return .constraint(name: name, table: field(ALERTD_DIAG_TABLE_NAME) ?? "", why: why)
        case _ where state.hasPrefix("08") || state.hasPrefix("57P") || state == "53300":
            return .unavailable(what: purpose, address: address.description, why: why)
        default: return .query(what: purpose, sqlState: state, why: why)
        }
    }
}
