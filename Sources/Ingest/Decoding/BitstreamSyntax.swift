import CFFmpeg

/// Reads from a packet's first bytes what its picture depends on: NAL unit headers of H.264 (ITU-T H.264, table 7-1) and
/// H.265 (ITU-T H.265, table 7-1); key frames of codecs that always begin anew at one.
struct BitstreamSyntax {
    private enum Kind {
        case h264, hevc, keyFlag
    }

    /// What the NAL units of one packet add up to.
    private struct Units {
        var hasPicture = false
        var isEntry = false
        var isReference = false
        var isOdd = false
        var hasParameters = false
    }

    private let kind: Kind
    /// Bytes of each unit's length; 0 when units are separated by start codes (Annex B).
    private let lengthBytes: Int

    /// The syntax of `stream`; nil when its codec's groups cannot be told apart without decoding (open groups of MPEG-2
    /// and MPEG-4, hidden frames of AV1).
    init?(_ stream: UnsafeMutablePointer<AVStream>) {
        let parameters = stream.pointee.codecpar.pointee
        switch parameters.codec_id {
        case AV_CODEC_ID_H264: kind = .h264
        case AV_CODEC_ID_HEVC: kind = .hevc
        case AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_MJPEG: kind = .keyFlag
        default: return nil
        }
        // ISO/IEC 14496-15: avcC and hvcC begin with version 1 and hold the length's size in fixed places.
        let place = kind == .h264 ? 4 : 21
        let size = Int(parameters.extradata_size)
        if kind != .keyFlag, let extra = parameters.extradata, size > place, extra[0] == 1 {
            lengthBytes = Int(extra[place] & 3) + 1
        } else {
            lengthBytes = 0
        }
    }

    /// What `packet` holds.
    func picture(in packet: UnsafePointer<AVPacket>) -> CodedPicture {
        let isKey = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
        let time = packet.pointee.pts == ff_no_time ? nil : packet.pointee.pts
        var units = Units(hasPicture: true, isEntry: isKey, isReference: true)
        if kind != .keyFlag { units = self.units(of: packet) }
        let isBroken = packet.pointee.flags & (AV_PKT_FLAG_CORRUPT | AV_PKT_FLAG_DISCARD) != 0
        let changes = [AV_PKT_DATA_NEW_EXTRADATA, AV_PKT_DATA_PARAM_CHANGE].contains {
            av_packet_get_side_data(packet, $0, nil) != nil
        }
        let isPlain =
            units.hasPicture && !units.isOdd && !isBroken && !changes && (units.isEntry || !units.hasParameters)
        return CodedPicture(
            time: time, duration: max(0, packet.pointee.duration), bytes: Int(max(0, packet.pointee.size)),
            isEntry: units.isEntry, isReference: units.isReference, isPlain: isPlain)
    }

    private func units(of packet: UnsafePointer<AVPacket>) -> Units {
        var units = Units()
        guard let start = packet.pointee.data, packet.pointee.size > 0 else { return units }
        let bytes = UnsafeBufferPointer(start: start, count: Int(packet.pointee.size))
        if lengthBytes == 0 {
            // The headers of the last units lie behind their slices' bytes, which hold no start code.
            var at = 0
            while let header = Self.unit(after: at, in: bytes) {
                add(bytes[header], &units)
                at = header
            }
            return units
        }
        var at = 0
        while at + lengthBytes < bytes.count {
            let length = bytes[at..<at + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
            add(bytes[at + lengthBytes], &units)
            at += lengthBytes + max(1, length)
        }
        if at != bytes.count { units.isOdd = true }
        return units
    }

    /// The place behind the next start code `00 00 01` from `start` on.
    private static func unit(after start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var at = start + 2
        while at + 1 < bytes.count {
            // Whatever is above 1 here ends no start code within the next two bytes.
            if bytes[at] > 1 {
                at += 3
            } else if bytes[at] == 1, bytes[at - 1] == 0, bytes[at - 2] == 0 {
                return at + 1
            } else {
                at += 1
            }
        }
        return nil
    }

    private func add(_ header: UInt8, _ units: inout Units) {
        if kind == .h264 {
            let isReference = header & 0x60 != 0
            switch header & 0x1f {
            case 1, 5:
                units.hasPicture = true
                units.isReference = units.isReference || isReference
                units.isEntry = units.isEntry || header & 0x1f == 5
            case 2, 3, 4: units.isOdd = true
            case 7, 8, 13, 15: units.hasParameters = true
            default: break
            }
            return
        }
        switch header >> 1 & 0x3f {
        case let type where type < 32:
            (units.hasPicture, units.isReference) = (true, true)
            // IDR and BLA; a clean random access picture (21) may be followed by pictures that need those before it.
            units.isEntry = units.isEntry || (16...20).contains(type)
        case 32, 33, 34: units.hasParameters = true
        default: break
        }
    }
}
