/// Which of libavformat's formats are read. The list names what is allowed, because every parser is a door: playlists
/// and manifests open further files, text and tracker formats turn anything into a picture.
enum ContainerFormat {
    /// What to do with a file of a format.
    enum Verdict: Equatable {
        /// Read it.
        case video
        /// A format that holds sound only.
        case audio
        /// A format that refers to other files or addresses.
        case refused
        /// Anything else: for our purpose no video at all.
        case unknown
    }

    /// The verdict on `name`, libavformat's name for the probed format (`mov,mp4,m4a,3gp,3g2,mj2`).
    static func verdict(on name: String) -> Verdict {
        let short = String(name.prefix { $0 != "," })
        if video.contains(short) { return .video }
        if audio.contains(short) { return .audio }
        return references.contains(short) ? .refused : .unknown
    }

    /// Containers and raw streams that hold video (FFmpeg 5.1, `ffmpeg -demuxers`).
    private static let video: Set<String> = [
        // in use by cameras, recorders, telephones and broadcasters
        "mov", "matroska", "avi", "mpegts", "mpeg", "mpegvideo", "flv", "live_flv", "asf", "asf_o", "ogg", "mxf", "nut",
        "gxf", "dv", "ivf", "rm", "wtv", "dhav", "mpjpeg", "mjpeg", "mjpeg_2000", "smjpeg", "h264", "hevc", "h263",
        "h261", "m4v", "obu", "av1", "vc1", "vc1test", "cavsvideo", "avs2", "avs3", "dirac", "yuv4mpegpipe", "gif",
        "apng",
        "lvf", "lxf", "kux", "lmlm4", "ifv", "ipu", "nuv", "swf", "xmv", "mtv", "film_cpk", "r3d", "ingenient", "iv8",
        // old film and game formats that test suites hold
        "4xm", "avr", "avs", "bethsoftvid", "bfi", "bink", "bmv", "c93", "cdg", "cdxl", "cine", "dfa", "dsicin", "dxa",
        "ea", "ea_cdata", "filmstrip", "flic", "frm", "gdv", "hnm", "idcin", "ipmovie", "jv", "mm", "moflex", "mods",
        "mv", "mvi", "msnwctcp", "nc", "nsv", "paf", "pmp", "pva", "pvf", "rl2", "roq", "rpl", "sdx", "segafilm", "ser",
        "sga", "siff", "smk", "sol", "thp", "tiertexseq", "tmv", "txd", "ty", "vivo", "vmd", "wc3movie", "wsvqa", "wve",
        "xwma", "yop", "argo_brp", "derf", "mca", "viv", "vividas", "dnxhd", "mlv", "psxstr", "luodat", "simbiosis_imx",
    ]

    /// Sound only; named so that the error can say so.
    private static let audio: Set<String> = [
        "wav", "w64", "mp3", "aac", "ac3", "eac3", "flac", "aiff", "amr", "amrnb", "amrwb", "ape", "au", "caf", "dts",
        "dtshd", "gsm", "loas", "mlp", "truehd", "tta", "wv", "sbc", "shn", "spdif", "voc", "oma", "mpc", "mpc8", "tak",
    ]

    /// Playlists, manifests, session descriptions and numbered images.
    private static let references: Set<String> = [
        "hls", "dash", "concat", "imf", "sdp", "rtsp", "rtp", "sap", "image2", "webm_dash_manifest", "vobsub",
    ]
}
