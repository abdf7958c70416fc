/// What decodes a stream. A device that is missing or cannot decode the stream is replaced by software.
///
/// Only the fall-back is tested: the devices themselves are not.
public enum DecodeDevice: String, Sendable, Equatable, CaseIterable {
    /// The processor.
    case software
    /// A graphics processor by VA-API (Intel, AMD).
    case vaapi
    /// A graphics processor by NVDEC (NVIDIA).
    case cuda
}
