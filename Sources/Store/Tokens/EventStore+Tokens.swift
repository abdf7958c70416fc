extension EventStore {
    /// The tokens of the HTTP service, by name.
    public func accessTokens() async throws(StoreError) -> [AccessTokenRecord] {
        try await reader.run("list tokens") { session throws(StoreError) in
            try session.query(
                "list tokens",
                """
                SELECT name, digest, scope, array_to_string(cameras, E'\\n') AS cameras, created_at
                FROM alertd.access_token ORDER BY name
                """
            ).map(AccessTokenRecord.init)
        }
    }

    /// Stores a token; false when there is one of that name, which stays as it is.
    public func addAccessToken(_ token: AccessTokenRecord) async throws(StoreError) -> Bool {
        try await writer.run("store token \(token.name)") { session throws(StoreError) in
            try session.query(
                "store token \(token.name)",
                """
                INSERT INTO alertd.access_token (name, digest, scope, cameras) VALUES ($1, $2, $3, $4)
                ON CONFLICT (name) DO NOTHING
                """,
                [
                    .text(token.name), .bytes(token.digest), .text(token.scope.rawValue),
                    token.cameras.map { .texts($0) } ?? .null,
                ]
            ).affected > 0
        }
    }

    /// Removes a token, which is refused from then on; false when there is none of that name.
    public func removeAccessToken(_ name: String) async throws(StoreError) -> Bool {
        try await writer.run("revoke token \(name)") { session throws(StoreError) in
            try session.query(
                "revoke token \(name)", "DELETE FROM alertd.access_token WHERE name = $1", [.text(name)]
            ).affected > 0
        }
    }
}
