internal import CCurl

/// One transfer as libcurl sees it: options set from a plan, callbacks into a ``TransferState``.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    let state: TransferState
    private let plan: TransferPlan
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var refused: CURLcode?

    init(_ plan: TransferPlan) throws(OutboundError) {
        guard let pointer = curl_easy_init() else { throw .invalid(what: plan.what, why: "no memory for a transfer") }
        let state: TransferState
        do throws(OutboundError) {
            state = try TransferState(plan, easy: pointer)
        } catch {
            curl_easy_cleanup(pointer)
            throw error
        }
        (self.pointer, self.plan, self.state) = (pointer, plan, state)
        errorText = .allocate(capacity: ALERTD_CURL_ERROR_SIZE)
        errorText.initialize(repeating: 0, count: ALERTD_CURL_ERROR_SIZE)
        setCommonOptions()
        switch plan.content {
        case .http(let request, let target): setOptions(request, target)
        case .mail(let server, let envelope, let bytes): setOptions(server, envelope, bytes.count)
        }
        setCallbacks()
        if let refused {
            throw .invalid(
                what: plan.what, why: "libcurl refuses an option: \(String(cString: curl_easy_strerror(refused)))")
        }
    }

    deinit {
        curl_easy_cleanup(pointer)
        lists.forEach { curl_slist_free_all($0) }
        errorText.deallocate()
    }

    /// The outcome of a transfer that ended with `code`.
    func result(_ code: CURLcode) throws(OutboundError) -> TransferResult {
        if let failure = state.failure { throw failure }
        guard code == CURLE_OK else {
            let text = printable(String(cString: errorText))
            throw plan.error(code, text.isEmpty ? String(cString: curl_easy_strerror(code)) : text, reply: reply)
        }
        return try state.finish()
    }

    /// A mail server's last code and line.
    private var reply: (code: Int, line: String) {
        var code = 0
        alertd_curl_get_number(pointer, CURLINFO_RESPONSE_CODE, &code)
        return (code, printable(state.lastLine))
    }

    func set(_ option: CURLoption, _ value: Int) { note(alertd_curl_set_number(pointer, option, value)) }

    func set(_ option: CURLoption, _ value: Int64) { note(alertd_curl_set_offset(pointer, option, curl_off_t(value))) }

    func set(_ option: CURLoption, _ value: String) { note(alertd_curl_set_text(pointer, option, value)) }

    func set(_ option: CURLoption, list: [String]) {
        var first: UnsafeMutablePointer<curl_slist>?
        for text in list {
            guard let longer = curl_slist_append(first, text) else {
                note(CURLE_OUT_OF_MEMORY)
                break
            }
            first = longer
        }
        guard let first else { return }
        lists.append(first)
        note(alertd_curl_set_list(pointer, option, first))
    }

    private func note(_ code: CURLcode) { if code != CURLE_OK, refused == nil { refused = code } }

    private func setCommonOptions() {
        set(CURLOPT_NOSIGNAL, 1)
        note(alertd_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText))
        set(CURLOPT_URL, plan.address.text)
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(plan.limits.connect))
        set(CURLOPT_TIMEOUT_MS, plan.limits.total.map(Self.milliseconds) ?? 0)
        set(CURLOPT_LOW_SPEED_LIMIT, plan.limits.slowestBytesPerSecond)
        set(CURLOPT_LOW_SPEED_TIME, max(1, Self.milliseconds(plan.limits.stall) / 1000))
        let (proxy, exceptions) = plan.network.proxy(for: plan.address)
        set(CURLOPT_PROXY, proxy)
        set(CURLOPT_NOPROXY, exceptions)
        if let file = plan.network.authorities { set(CURLOPT_CAINFO, file) }
        if let folder = plan.network.authorityFolder { set(CURLOPT_CAPATH, folder) }
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    }

    private func setOptions(_ request: HTTPRequest, _ target: ReplyTarget) {
        set(CURLOPT_PROTOCOLS_STR, "https,http")
        set(CURLOPT_REDIR_PROTOCOLS_STR, request.allowsPlainText ? "https,http" : "https")
        set(CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1 : 0)
        set(CURLOPT_MAXREDIRS, request.redirects)
        set(CURLOPT_USERAGENT, "alertd")
        // "Expect: 100-continue" would make libcurl wait a second for servers that do not know it.
        var lines = ["Expect:"]
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        set(CURLOPT_HTTPHEADER, list: lines)
        switch request.method {
        case .get: set(CURLOPT_HTTPGET, 1)
        case .head: set(CURLOPT_NOBODY, 1)
        case .delete: set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .post, .put:
            set(CURLOPT_POST, 1)
            set(CURLOPT_POSTFIELDSIZE_LARGE, Int64(request.body.count))
            // The option copies as many bytes as were told; a null pointer would mean a read callback.
            (request.body.isEmpty ? [0] : request.body).withUnsafeBytes { bytes in
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                note(alertd_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, start))
            }
            if request.method == .put { set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        }
        if case .file(_, let offset) = target, offset > 0 { set(CURLOPT_RANGE, "\(offset)-") }
    }

    private func setOptions(_ server: MailServer, _ envelope: MailEnvelope, _ size: Int) {
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        let mayBePlain = server.allowsPlainText || plan.address.isLoopback
        let encryption = mayBePlain && !plan.address.isEncrypted ? CURLUSESSL_TRY : CURLUSESSL_ALL
        set(CURLOPT_USE_SSL, Int(encryption.rawValue))
        if let user = server.user { set(CURLOPT_USERNAME, user) }
        if let password = server.password { set(CURLOPT_PASSWORD, password) }
        set(CURLOPT_MAIL_FROM, "<\(envelope.from)>")
        set(CURLOPT_MAIL_RCPT, list: envelope.to.map { "<\($0)>" })
        set(CURLOPT_UPLOAD, 1)
        set(CURLOPT_INFILESIZE_LARGE, Int64(size))
    }

    private func setCallbacks() {
        let context = Unmanaged.passUnretained(state).toOpaque()
        note(alertd_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context))
        note(
            alertd_curl_set_data_callback(pointer, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let state = Unmanaged<TransferState>.fromOpaque(context).takeUnretainedValue()
                if state.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) { return size * count }
                // Another number than was offered ends the transfer.
                return size * count == 0 ? 1 : 0
            })
        note(alertd_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context))
        note(
            alertd_curl_set_data_callback(pointer, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
                Unmanaged<TransferState>.fromOpaque(context).takeUnretainedValue().takeHeader(line)
                return size * count
            })
        note(alertd_curl_set_pointer(pointer, CURLOPT_READDATA, context))
        note(
            alertd_curl_set_data_callback(pointer, CURLOPT_READFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return ALERTD_CURL_READ_ABORT }
                let state = Unmanaged<TransferState>.fromOpaque(context).takeUnretainedValue()
                return state.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            })
    }

    private static func milliseconds(_ duration: Duration) -> Int { max(1, Int(duration / .milliseconds(1))) }
}
