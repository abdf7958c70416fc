internal import Synchronization

/// A value behind a lock: the only form in which this program uses a mutex.
///
/// The standard library's `Mutex` is inlined where it is used, and on Linux it knows its owner by the thread's number, kept
/// in a thread-local variable. Used straight from `async` functions, it ended the program now and then with "unlock Mutex on a
/// thread which hasn't acquired the lock". The likely cause: the optimiser computes the variable's place once and uses it
/// again after a suspension, when the function runs on another thread (LLVM's coroutines do not know that threads change).
/// A call that is never inlined asks anew, and with it the failure did not come back.
public struct Locked<Value: ~Copyable>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>

    /// Puts `value` behind a lock.
    public init(_ value: consuming sending Value) { mutex = Mutex(value) }

    /// Runs `body` with the value, alone. `body` must neither wait nor resume a continuation.
    @inline(never)
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try mutex.withLock(body)
    }
}
