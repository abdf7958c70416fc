import Foundation
import TestSupport

extension ScratchFolder {
    /// The folder's path.
    var path: String { url.path(percentEncoded: false).replacing(#//+$/#, with: "") }

    /// Writes `bytes` to `name` and returns the path.
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String { try write(name, Data(bytes)) }
}

/// Bytes of a safetensors file from the text of its header.
func safetensors(header: String, data: [UInt8]) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text + data
}

/// Little-endian bytes of floats.
func bytes(of floats: [Float]) -> [UInt8] {
    floats.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
}
