/// The table of contents of a zip file whose members are stored without compression, as `torch.save` writes them
/// (PKWARE APPNOTE.TXT 6.3, sections 4.3 and 4.5.3). Every number is checked against the file.
struct ZipArchive {
    /// Where the bytes of each member lie in the file.
    let members: [String: Range<Int>]

    private struct Directory {
        var offset, length, count: Int
    }

    /// Reads the central directory at the end of `bytes`; `file` names them in errors.
    init(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightsError) {
        do {
            let directory = try Self.directory(of: bytes)
            members = try Self.members(of: bytes, directory)
        } catch let fault as Fault {
            throw .malformedArchive(file: file, problem: fault.problem)
        } catch {
            throw .malformedArchive(file: file, problem: "a record reaches beyond the end of the file")
        }
    }

    private struct Fault: Error {
        let problem: String
        init(_ problem: String) { self.problem = problem }
    }

    private static let endSignature: UInt32 = 0x0605_4B50
    private static let wideEndSignature: UInt32 = 0x0606_4B50
    private static let wideLocatorSignature: UInt32 = 0x0706_4B50
    private static let entrySignature: UInt32 = 0x0201_4B50
    private static let localSignature: UInt32 = 0x0403_4B50

    /// Looks for the end record in the last 65,557 bytes, and follows it to the 64-bit one when there is one.
    private static func directory(of bytes: UnsafeRawBufferPointer) throws -> Directory {
        let recordLength = 22
        guard bytes.count >= recordLength else { throw Fault("too short for a zip file") }
        let earliest = max(0, bytes.count - recordLength - 0xFFFF)
        let found = stride(from: bytes.count - recordLength, through: earliest, by: -1).first {
            bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self).littleEndian == endSignature
        }
        guard let end = found else { throw Fault("no end record; the file is truncated or no zip file") }
        var cursor = ByteCursor(bytes, at: end + 10)
        let count = try cursor.count(UInt16.self)
        let length = try cursor.count(UInt32.self)
        let offset = try cursor.count(UInt32.self)
        guard count == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF else {
            return Directory(offset: offset, length: length, count: count)
        }
        return try wideDirectory(of: bytes, locator: end - 20)
    }

    private static func wideDirectory(of bytes: UnsafeRawBufferPointer, locator: Int) throws -> Directory {
        guard locator >= 0 else { throw Fault("no 64-bit end record") }
        var cursor = ByteCursor(bytes, at: locator)
        guard try cursor.integer(UInt32.self) == wideLocatorSignature else { throw Fault("no 64-bit end record") }
        _ = try cursor.take(4)
        let record = try cursor.count(UInt64.self)
        cursor = ByteCursor(bytes, at: record)
        guard try cursor.integer(UInt32.self) == wideEndSignature else { throw Fault("no 64-bit end record") }
        _ = try cursor.take(28)
        let count = try cursor.count(UInt64.self)
        let length = try cursor.count(UInt64.self)
        return Directory(offset: try cursor.count(UInt64.self), length: length, count: count)
    }

    private static func members(
        of bytes: UnsafeRawBufferPointer, _ directory: Directory
    ) throws -> [String: Range<Int>] {
        var cursor = ByteCursor(bytes, at: directory.offset)
        let list = try cursor.take(directory.length)
        cursor = ByteCursor(list)
        var members: [String: Range<Int>] = [:]
        for _ in 0..<directory.count {
            let (name, range) = try member(of: bytes, &cursor)
            guard members.updateValue(range, forKey: name) == nil else {
                throw Fault("two members are called \"\(name.prefix(60))\"")
            }
        }
        return members
    }

    private static func member(
        of bytes: UnsafeRawBufferPointer, _ cursor: inout ByteCursor
    ) throws -> (name: String, range: Range<Int>) {
        guard try cursor.integer(UInt32.self) == entrySignature else { throw Fault("a malformed directory entry") }
        _ = try cursor.take(4)
        let flags = try cursor.integer(UInt16.self)
        let method = try cursor.integer(UInt16.self)
        _ = try cursor.take(8)
        var stored = try cursor.count(UInt32.self)
        var length = try cursor.count(UInt32.self)
        let nameLength = try cursor.count(UInt16.self)
        let extraLength = try cursor.count(UInt16.self)
        let commentLength = try cursor.count(UInt16.self)
        _ = try cursor.take(8)
        var offset = try cursor.count(UInt32.self)
        guard let name = String(validating: try cursor.take(nameLength), as: UTF8.self) else {
            throw Fault("a member's name is not UTF-8")
        }
        try widen(&length, &stored, &offset, extra: try cursor.take(extraLength))
        _ = try cursor.take(commentLength)
        guard method == 0, flags & 1 == 0 else {
            throw Fault("member \"\(name.prefix(60))\" is compressed or encrypted, which torch.save never does")
        }
        guard stored == length else { throw Fault("member \"\(name.prefix(60))\" has two lengths") }
        return (name, try place(of: bytes, header: offset, length: length))
    }

    /// Replaces what did not fit 32 bits by the values of the 64-bit extra field (identifier 1), in its order.
    private static func widen(
        _ length: inout Int, _ stored: inout Int, _ offset: inout Int, extra: UnsafeRawBufferPointer
    ) throws {
        var cursor = ByteCursor(extra)
        while cursor.position < extra.count {
            let identifier = try cursor.integer(UInt16.self)
            let field = try cursor.take(try cursor.count(UInt16.self))
            guard identifier == 1 else { continue }
            var values = ByteCursor(field)
            if length == 0xFFFF_FFFF { length = try values.count(UInt64.self) }
            if stored == 0xFFFF_FFFF { stored = try values.count(UInt64.self) }
            if offset == 0xFFFF_FFFF { offset = try values.count(UInt64.self) }
        }
    }

    private static func place(of bytes: UnsafeRawBufferPointer, header: Int, length: Int) throws -> Range<Int> {
        var cursor = ByteCursor(bytes, at: header)
        guard try cursor.integer(UInt32.self) == localSignature else { throw Fault("a malformed member header") }
        _ = try cursor.take(22)
        let nameLength = try cursor.count(UInt16.self)
        let extraLength = try cursor.count(UInt16.self)
        _ = try cursor.take(nameLength + extraLength)
        let start = cursor.position
        _ = try cursor.take(length)
        return start..<start + length
    }
}
