import Glibc

extension EncodingFile {
    /// Bytes of the open file.
    static func size(_ descriptor: Int32, _ path: String) throws(StoreError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
        return Int(status.st_size)
    }

    /// Throws unless the open file begins with the header of a file of `encoder`'s.
    static func checkHeader(_ descriptor: Int32, _ path: String, _ encoder: EncoderIdentity) throws(StoreError) {
        let header = try header(descriptor, path)
        if let problem = EncodingFormat.problem(inHeader: header[...], for: encoder) {
            throw .encodingFile(path: path, step: "read", why: problem)
        }
    }

    /// The first bytes of the open file; fewer than a header has when the file is shorter.
    static func header(_ descriptor: Int32, _ path: String) throws(StoreError) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: EncodingFormat.headerSize)
        let count = header.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw failure("read", path) }
        header.removeLast(header.count - count)
        return header
    }

    /// The calling thread's last error as a store error.
    static func failure(_ step: String, _ path: String) -> StoreError {
        errno == ENOSPC || errno == EDQUOT || errno == EFBIG
            ? .diskFull(path: path) : .encodingFile(path: path, step: step, why: errorText())
    }
}
