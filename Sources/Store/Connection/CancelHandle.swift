import CPostgres

/// Asks a server to end the statement that one connection is running.
// SAFETY: the pointed-to structure is never changed after PQgetCancel made it, and libpq documents PQcancel as safe to
// call from any thread.
package final class CancelHandle: @unchecked Sendable {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { PQfreeCancel(handle) }

    /// Sends the request over a connection of its own; blocks until the server has taken it. A failure changes
    /// nothing: the statement then runs to its end or its timeout.
    func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(handle, &message, Int32(message.count))
    }
}
