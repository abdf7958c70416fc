import CFFmpeg

/// One packet of a track, its bytes shared.
final class PacketReference {
    let packet: UnsafeMutablePointer<AVPacket>
    let picture: CodedPicture

    /// Takes what `packet` holds, which is empty afterwards; nil when memory is out.
    init?(taking packet: UnsafeMutablePointer<AVPacket>, picture: CodedPicture) {
        guard let own = av_packet_alloc() else { return nil }
        av_packet_move_ref(own, packet)
        (self.packet, self.picture) = (own, picture)
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }
}

/// Between a track's packets and its decoder: carries out what a ``DecodeSchedule`` says.
struct PacketLane {
    /// What the decoder gets next.
    enum Order {
        case send(PacketReference)
        case drain
        case flush
        case settle
    }

    /// The schedule; nil when everything is decoded.
    private(set) var schedule: DecodeSchedule?

    private let syntax: BitstreamSyntax?
    private var held: [PacketReference] = []
    private var orders: [Order] = []

    /// A lane for `stream`.
    init(_ stream: UnsafeMutablePointer<AVStream>, tick: Double, configuration: IngestConfiguration) {
        syntax = configuration.decoding == .full ? nil : BitstreamSyntax(stream)
        schedule = syntax.map { _ in
            DecodeSchedule(rate: configuration.analyseFPS, tick: tick, isExact: configuration.decoding == .exact)
        }
    }

    /// The mode of the current group.
    var mode: DecodeMode { schedule?.mode ?? .full }

    /// The next order; nil when a packet must be offered first.
    mutating func next() -> Order? { orders.isEmpty ? nil : orders.removeFirst() }

    /// Takes what `packet` holds. `isDue` says whether a time reaches the next slot. Returns false when memory is out.
    mutating func offer(_ packet: UnsafeMutablePointer<AVPacket>, isDue: (Int64) -> Bool) -> Bool {
        let picture = syntax?.picture(in: packet) ?? CodedPicture(time: nil)
        guard let reference = PacketReference(taking: packet, picture: picture) else { return false }
        perform(schedule?.commands(for: picture, isDue: isDue) ?? [.send], reference, isDue)
        return true
    }

    /// No more packets come.
    mutating func end(isDue: (Int64) -> Bool) {
        perform(schedule?.commandsAtEnd(isDue: isDue) ?? [.drain], nil, isDue)
    }

    /// A frame of `time` came out.
    mutating func emitted(_ time: Int64?) -> DecodeSchedule.Placement { schedule?.emitted(time) ?? .after([]) }

    /// The times of which nothing came out.
    mutating func settle() -> [DecodeSchedule.Moment] { schedule?.settle() ?? [] }

    private mutating func perform(
        _ commands: [DecodeSchedule.Command], _ packet: PacketReference?, _ isDue: (Int64) -> Bool
    ) {
        for command in commands {
            switch command {
            case .dropHeld: held = []
            case .releaseHeld:
                // Full decoding may need every one of them later.
                let isSparing = mode != .full
                let needed = held.filter { !isSparing || !DecodeSchedule.isSuperfluous($0.picture, isDue: isDue) }
                orders += needed.map { Order.send($0) }
                held = []
            case .send: if let packet { orders.append(.send(packet)) }
            case .hold: if let packet { held.append(packet) }
            case .drain: orders.append(.drain)
            case .flush: orders.append(.flush)
            case .settle: orders.append(.settle)
            }
        }
    }
}
