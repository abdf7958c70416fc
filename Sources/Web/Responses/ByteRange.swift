internal import HTTPTypes

/// The part of a file that a client asks for (RFC 9110, section 14).
enum ByteRange: Equatable {
    /// All of it.
    case whole
    /// These bytes.
    case part(ClosedRange<Int64>)

    /// What `headers` ask for of a file of `size` bytes with that tag. One range is served; a header that asks for more, or
    /// that is malformed, is ignored, as the standard allows. Throws `rangeNotSatisfiable`.
    init(_ headers: HTTPFields, size: Int64, tag: String) throws(WebError) {
        guard let text = headers[.range], text.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        if let condition = headers[.ifRange], condition != tag {
            self = .whole
            return
        }
        let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard !text.contains(","), ends.count == 2 else {
            self = .whole
            return
        }
        let (first, last) = (QueryParameters.number(String(ends[0])), QueryParameters.number(String(ends[1])))
        switch (first, last, ends[0].isEmpty, ends[1].isEmpty) {
        case (let first?, let last?, _, _) where first > last:
            self = .whole
        case (let first?, let last?, _, _):
            guard first < size else { throw .rangeNotSatisfiable(size) }
            self = .part(first...min(last, size - 1))
        case (let first?, nil, _, true):
            guard first < size else { throw .rangeNotSatisfiable(size) }
            self = .part(first...size - 1)
        case (nil, let count?, true, _):
            guard count > 0, size > 0 else { throw .rangeNotSatisfiable(size) }
            self = .part(max(0, size - count)...size - 1)
        default:
            self = .whole
        }
    }
}
