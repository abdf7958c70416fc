internal import Base
internal import Foundation
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import Pipeline

/// Clips and pictures that are cut when they are asked for. A few are kept, so that a player's ranges and a second look cut
/// nothing anew.
final class MediaShelf: Sendable {
    private struct Clip {
        let file: OpenedFile
        let shown: TimeSpan
    }

    private struct State {
        var clips: [String: Clip] = [:]
        var clipOrder: [String] = []
        var pictures: [String: [UInt8]] = [:]
        var pictureOrder: [String] = []
    }

    private static let keptClips = 8
    private static let keptPictures = 64
    /// A clip whose end is younger than this, in seconds, may still become longer.
    private static let settling = 120.0

    private let clips: EventClips
    private let room: Admission
    private let state = Locked(State())

    init(clips: EventClips, room: Admission) {
        self.clips = clips
        self.room = room
    }

    /// Runs `body` in one of the few places for work that takes long. Throws `busy` when there is none.
    func heavily<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        guard room.enter() else {
            throw WebError.busy("searches, back-tests and clips of others are being made", retryAfter: 1)
        }
        defer { room.leave() }
        return try await body()
    }

    /// The footage of `span`, as an MP4 file; `name` is what it shows, for errors. Throws `notFound` when nothing was
    /// recorded.
    func clip(
        of camera: CameraID, during span: TimeSpan, to request: WebRequest, isOpen: Bool = false, called name: String
    ) async throws -> Response {
        let key = "\(camera)/\(span.start.microseconds)-\(span.end.microseconds)"
        let clip: Clip
        if let known = state.withLock({ $0.clips[key] }) {
            clip = known
        } else {
            clip = try await heavily { try await self.cut(camera, span, name) }
            if !isOpen, WallTime(Date()).seconds(since: span.end) > Self.settling { keep(clip, key) }
        }
        let tag = EntityTag.of(Array("\(key)/\(clip.file.size)".utf8))
        var response = try FileAnswer.file(clip.file, type: MediaTypes.mp4, tag: tag, to: request)
        response.headers[.clipStart] = clip.shown.start.description
        response.headers[.clipEnd] = clip.shown.end.description
        return response
    }

    /// What `camera` saw at `time`. Throws `notFound` when nothing was recorded then.
    func picture(of camera: CameraID, at time: WallTime, to request: WebRequest) async throws -> Response {
        let key = "\(camera)/\(time.microseconds)"
        let bytes: [UInt8]
        if let known = state.withLock({ $0.pictures[key] }) {
            bytes = known
        } else {
            let made = try await heavily { [clips] in try await clips.picture(of: camera, at: time) }
            guard let made else { throw WebError.notFound("no footage of \(camera) at \(time) is kept") }
            bytes = made
            state.withLock { state in
                state.pictures[key] = made
                state.pictureOrder.append(key)
                if state.pictureOrder.count > Self.keptPictures {
                    state.pictures[state.pictureOrder.removeFirst()] = nil
                }
            }
        }
        return try FileAnswer.bytes(bytes, type: MediaTypes.jpeg, to: request, cache: "private, max-age=3600")
    }

    private func cut(_ camera: CameraID, _ span: TimeSpan, _ name: String) async throws -> Clip {
        let path = try await clips.cutPath()
        // The open file stays readable, and goes with its last reader, however this process ends.
        defer { unlink(path) }
        guard let shown = try await clips.cut(camera, during: span, into: path), let file = OpenedFile(path) else {
            let nodes = try await clips.elsewhere(camera, during: span)
            if !nodes.isEmpty {
                throw WebError.notFound(
                    "the footage of \(name) is on node \(nodes.joined(separator: " and ")); ask that one")
            }
            throw WebError.notFound(
                "there is no footage of \(name): it was not recorded, is gone, or lies less than half a minute back")
        }
        return Clip(file: file, shown: shown)
    }

    private func keep(_ clip: Clip, _ key: String) {
        state.withLock { state in
            state.clips[key] = clip
            state.clipOrder.append(key)
            if state.clipOrder.count > Self.keptClips { state.clips[state.clipOrder.removeFirst()] = nil }
        }
    }
}

extension HTTPField.Name {
    static var clipStart: Self { Self("Clip-Start") ?? .origin }
    static var clipEnd: Self { Self("Clip-End") ?? .origin }
}
