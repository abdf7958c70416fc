import CFFmpeg

/// Opens devices that decode.
enum HardwareDevice {
    /// Why a device is not used.
    struct Refusal: Error {
        let reason: String
    }

    /// Opens the first device of `kind`, which must not be software, and lets `decoder` use it when it is opened. Throws
    /// ``Refusal`` when there is none or `codec` has no use for it.
    static func attach(
        _ kind: DecodeDevice, to decoder: UnsafeMutablePointer<AVCodecContext>, codec: UnsafePointer<AVCodec>
    ) throws(Refusal) {
        guard let type = kind.type else { throw Refusal(reason: "it is no device") }
        guard ff_device_format(codec, type) != AV_PIX_FMT_NONE else {
            throw Refusal(reason: "libavcodec decodes no \(String(cString: codec.pointee.name)) there")
        }
        var device: UnsafeMutablePointer<AVBufferRef>?
        let code = av_hwdevice_ctx_create(&device, type, nil, nil, 0)
        guard code >= 0, device != nil else { throw Refusal(reason: "no device: \(FFmpegLibraries.text(of: code))") }
        // The context frees it.
        ff_use_device(decoder, device)
    }
}

extension DecodeDevice {
    /// libavutil's type of device; nil for software.
    fileprivate var type: AVHWDeviceType? {
        switch self {
        case .software: nil
        case .vaapi: AV_HWDEVICE_TYPE_VAAPI
        case .cuda: AV_HWDEVICE_TYPE_CUDA
        }
    }
}
