internal import Base
internal import CCurl

/// What libcurl's callbacks work on; lives on the worker's thread, for one transfer.
final class TransferState {
    private let plan: TransferPlan
    private var sink: any ReplySink
    private var hasBegun = false
    /// Bytes still to be sent of a mail, and how many of them were.
    private let upload: [UInt8]
    private var uploaded = 0
    private let easy: UnsafeMutableRawPointer

    private(set) var result = TransferResult()
    /// Why a callback refused; counts more than libcurl's own code.
    private(set) var failure: OutboundError?
    /// The last line that a mail server said.
    private(set) var lastLine = ""

    init(_ plan: TransferPlan, easy: UnsafeMutableRawPointer) throws(OutboundError) {
        self.plan = plan
        self.easy = easy
        switch plan.content {
        case .http(_, .memory):
            upload = []
            sink = MemorySink()
        case .http(_, .file(let path, let offset)):
            upload = []
            sink = try FileSink(path: path, offset: offset, plan: plan)
        case .mail(_, _, let bytes):
            upload = bytes
            sink = MemorySink()
        }
    }

    /// A line of the reply's head, or of a mail server's talk. A new status line begins anew: of several replies
    /// (redirects) the last one counts.
    func takeHeader(_ line: String) {
        if case .mail = plan.content {
            lastLine = line
        } else if line.hasPrefix("HTTP/") {
            result.headers = HTTPHeaders()
        } else if result.headers.all.count < 200 {
            result.headers.add(line: line)
        }
    }

    /// A piece of the body; false when the transfer has to end, with ``failure`` as the reason.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(OutboundError) {
            try begin()
            if result.written + Int64(bytes.count) > plan.limits.bytes {
                throw .tooLarge(what: plan.what, address: plan.address.printable, limit: plan.limits.bytes)
            }
            try sink.write(bytes)
            result.written += Int64(bytes.count)
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Up to `room.count` bytes of the mail; how many.
    func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, upload.count - uploaded)
        room.copyBytes(from: upload[uploaded..<uploaded + count])
        uploaded += count
        return count
    }

    /// The reply is there as a whole.
    func finish() throws(OutboundError) -> TransferResult {
        if let failure { throw failure }
        if case .http = plan.content { try begin() }
        try sink.finish(&result)
        return result
    }

    private func begin() throws(OutboundError) {
        if hasBegun { return }
        var status = 0
        alertd_curl_get_number(easy, CURLINFO_RESPONSE_CODE, &status)
        result.status = status
        try sink.begin(&result)
        hasBegun = true
    }
}
