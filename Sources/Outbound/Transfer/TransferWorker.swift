internal import Base
internal import CCurl
internal import Glibc

/// Runs one transfer after the other on a thread of its own, and keeps their connections open for the next.
actor TransferWorker {
    /// Longest wait for a socket before the transfer is looked at all the same, in milliseconds.
    private static let longestWait: Int32 = 1000

    private let executor = ThreadExecutor(name: "outbound")
    private var multi: MultiHandle?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Carries `plan` out; ends early when `signal` is cancelled.
    func run(_ plan: TransferPlan, _ signal: TransferSignal) -> Result<TransferResult, OutboundError> {
        do throws(OutboundError) {
            return .success(try perform(plan, signal))
        } catch {
            return .failure(error)
        }
    }

    private func perform(_ plan: TransferPlan, _ signal: TransferSignal) throws(OutboundError) -> TransferResult {
        // libcurl may write to a connection that the other side has closed; without signals it leaves SIGPIPE to us.
        Self.blockBrokenPipes()
        guard CurlLibrary.isReady, let multi = multi ?? MultiHandle() else {
            throw .invalid(what: plan.what, why: "libcurl cannot be set up")
        }
        self.multi = multi
        let easy = try EasyHandle(plan)
        signal.attach(multi)
        defer { signal.attach(nil) }
        guard curl_multi_add_handle(multi.pointer, easy.pointer) == CURLM_OK else {
            throw .invalid(what: plan.what, why: "libcurl does not take the transfer")
        }
        defer { curl_multi_remove_handle(multi.pointer, easy.pointer) }
        var running: Int32 = 1
        while running > 0 {
            if signal.isCancelled { throw .cancelled(what: plan.what, address: plan.address.printable) }
            var code = curl_multi_perform(multi.pointer, &running)
            if code == CURLM_OK, running > 0 {
                code = curl_multi_poll(multi.pointer, nil, 0, Self.longestWait, nil)
            }
            guard code == CURLM_OK else {
                throw .interrupted(
                    what: plan.what, address: plan.address.printable, why: String(cString: curl_multi_strerror(code)))
            }
        }
        return try easy.result(Self.code(of: multi))
    }

    /// How the one transfer ended.
    private static func code(of multi: MultiHandle) -> CURLcode {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        return CURLE_RECV_ERROR
    }

    private static func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
