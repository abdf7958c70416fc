// Letters: B pictures of a batch · D width of a result.

extension Tensor {
    /// x [B, …] → [B, D]: `body` over a few pictures at a time, each part on one thread of the team that the calling thread
    /// leads, so that no layer waits for another thread. What `body` gives for a picture must not depend on its neighbours.
    /// `rows` are those that a picture brings to a layer: parts are small enough for a core's cache. A batch too small to share
    /// goes to `body` whole, whose layers then share their own loops.
    package func sharedByPicture(rows: Int, _ body: (Tensor) -> Tensor) -> Tensor {
        let batch = shape[0]
        let each = max(1, min(batch / WorkerTeam.participants, Self.rowsTogether / max(rows, 1)))
        let parts = (batch + each - 1) / each
        // A last round with idle threads must not cost more than is gained.
        guard WorkerTeam.participants > 1, parts % WorkerTeam.participants == 0 || parts >= 4 * WorkerTeam.participants
        else { return body(self) }
        var results = [Tensor?](repeating: nil, count: parts)
        results.withUnsafeMutableBufferPointer { results in
            // Every part writes its own element.
            WorkerTeam.share(parts) { part in
                results[part] = body(self.rows(part * each..<min((part + 1) * each, batch)))
            }
        }
        return Tensor(joining: results.compactMap { $0 })
    }

    private static var rowsTogether: Int { 400 }
}
