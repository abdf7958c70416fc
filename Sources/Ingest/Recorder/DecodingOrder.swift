import CFFmpeg

/// Decoding times for packets that come without: pictures that are shown later than others come earlier, by `delay` pictures at
/// most (H.264, C.4.2: `num_reorder_frames`). A value of one file.
struct DecodingOrder {
    private let delay: Int
    private var first: Int64?
    /// The presentation times that have given no decoding time yet, in order.
    private var waiting: [Int64] = []

    /// Order of a stream whose decoder holds back `delay` pictures.
    init(delay: Int) { self.delay = max(0, delay) }

    /// The next packet's decoding time, from its presentation time: the smallest that no packet has had yet, once as many are
    /// known as are held back; before, times just before the first.
    mutating func time(of presentation: Int64) -> Int64 {
        let first = first ?? presentation
        self.first = first
        let place = waiting.firstIndex { $0 > presentation } ?? waiting.count
        waiting.insert(presentation, at: place)
        return waiting.count <= delay ? first - Int64(delay + 1 - waiting.count) : waiting.removeFirst()
    }
}
