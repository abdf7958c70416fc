import CFFmpeg

/// Which of libavcodec's decoders may be used. The list names what is allowed, because every decoder is a door: those for
/// text, for subtitles and for formats that nobody films in stay shut, and so do the hardware's.
struct DecoderList: Sendable {
    /// libavcodec's names, separated by commas: the form that its own option takes.
    let names: String
    private let allowed: Set<String>

    private init(_ names: [String]) {
        self.names = names.joined(separator: ",")
        allowed = Set(names)
    }

    /// The decoder for `codec` if it is allowed; nil when there is none.
    func decoder(of codec: AVCodecID) -> UnsafePointer<AVCodec>? {
        guard let decoder = avcodec_find_decoder(codec), allowed.contains(String(cString: decoder.pointee.name)) else {
            return nil
        }
        return decoder
    }

    /// What cameras send.
    static let cameras = DecoderList(inUse)

    /// What recordings hold: what cameras send, and what other recorders, editors and old film formats wrote.
    static let recordings = DecoderList(inUse + archived)

    private static let inUse = [
        "h264", "hevc", "mjpeg", "mpeg4", "h263", "mpeg1video", "mpeg2video", "vp8", "vp9", "libdav1d", "libaom-av1",
        "av1",
    ]

    private static let archived = [
        "vvc", "mpegvideo", "h261", "h263i", "h263p", "flv", "msmpeg4v1", "msmpeg4v2", "msmpeg4", "wmv1", "wmv2",
        "wmv3", "wmv3image", "vc1", "vc1image", "mjpegb", "smvjpeg", "jpegls", "jpeg2000", "libopenjpeg", "dvvideo",
        "dnxhd", "prores", "cfhd", "ffv1", "ffvhuff", "huffyuv", "hymt", "utvideo", "magicyuv", "lagarith",
        "rawvideo", "v210", "v210x", "v308", "v408", "v410", "r10k", "r210", "y41p", "yuv4", "ayuv", "avrp", "avui",
        "png", "apng", "gif", "qtrle", "rpza", "smc", "svq1", "svq3", "8bps", "cinepak", "indeo2", "indeo3", "indeo4",
        "indeo5", "msvideo1", "msrle", "mszh", "zlib", "zmbv", "camstudio", "tscc2", "camtasia", "theora",
        "vp3", "vp4", "vp5", "vp6", "vp6a", "vp6f", "vp7", "rv10", "rv20", "rv30", "rv40", "cavs", "dirac", "snow",
        "asv1", "asv2", "mxpeg", "sp5x", "amv", "hap", "dxtory", "cllc", "fraps", "aasc", "4xm", "bethsoftvid", "bfi",
        "binkvideo", "bmv_video", "c93", "cdxl", "dfa", "dsicinvideo", "dxa", "eacmv", "eamad", "eatgq", "eatgv",
        "eatqi", "escape124", "escape130", "flic", "gdv", "hnm4video", "idcinvideo", "interplayvideo", "jv", "kmvc",
        "mdec", "mimic", "mmvideo", "mobiclip", "motionpixels", "msa1", "mss1", "mss2", "mts2", "nuv", "paf_video",
        "pixlet", "rl2", "roqvideo", "sanm", "scpr", "screenpresso", "sheervideo", "smackvid", "speedhq",
        "tiertexseqvideo", "tmv", "truemotion1", "truemotion2", "truemotion2rt", "txd", "ultimotion", "vb", "vble",
        "vcr1", "vmdvideo", "vqavideo", "xan_wc3", "xan_wc4", "ylc", "yop", "simbiosis_imx", "aic", "alias_pix",
        "anm", "arbc", "argo", "aura", "aura2", "bitpacked", "cljr", "cpia", "dxv", "fic", "flashsv", "flashsv2",
        "fmvc", "g2m", "hq_hqa", "hqx", "imm4", "imm5", "ipu", "kgv1", "loco", "lscr", "m101", "notchlc", "photocd",
        "qpeg", "rasc", "rscc", "sga", "srgc", "vmnc", "wcmv", "wnv1", "xl",
    ]
}
