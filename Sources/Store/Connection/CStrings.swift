import Glibc

/// Calls `body` with `texts` as a null-terminated array of C strings that lives as long as the call.
func withCStrings<R>(_ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    withMutableCStrings(texts) { pointers in
        pointers.withMemoryRebound(to: UnsafePointer<CChar>?.self, capacity: texts.count + 1) { body($0) }
    }
}

/// The same for C functions that take `char *const []`, as `posix_spawn` does.
func withMutableCStrings<R>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with its terminator is never empty") }
        return body(base)
    }
}

/// Calls `body` with one pointer per buffer, nil for nil; the pointers live as long as the call. An empty buffer gets a
/// pointer too, so that it differs from NULL.
func withBuffers<R>(_ buffers: [[UInt8]?], _ body: ([UnsafePointer<CChar>?]) -> R) -> R {
    let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: buffers.reduce(1) { $0 + ($1?.count ?? 0) }, alignment: 8)
    defer { memory.deallocate() }
    var offset = 0
    var pointers: [UnsafePointer<CChar>?] = []
    for buffer in buffers {
        guard let buffer, let base = memory.baseAddress else {
            pointers.append(nil)
            continue
        }
        pointers.append(UnsafePointer((base + offset).assumingMemoryBound(to: CChar.self)))
        UnsafeMutableRawBufferPointer(rebasing: memory[offset..<(offset + buffer.count)]).copyBytes(from: buffer)
        offset += buffer.count
    }
    return body(pointers)
}
