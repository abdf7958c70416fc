/// Region- and track-based detection criteria for anomalies with boxes.
///
/// Source: Ramachandra & Jones, "Street Scene", WACV 2020 (RBDC and TBDC), re-implemented from the definition. Boxes hold
/// their edge pixels, so that a width is right − left + 1.
package struct RegionTrackCriteria: Sendable, Equatable {
    /// A box in pixels, edges inclusive.
    package struct PixelBox: Sendable, Equatable {
        package let left: Double
        package let top: Double
        package let right: Double
        package let bottom: Double

        package init(left: Double, top: Double, right: Double, bottom: Double) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
        }

        func overlap(_ other: PixelBox) -> Double {
            let width = max(0, min(right, other.right) - max(left, other.left) + 1)
            let height = max(0, min(bottom, other.bottom) - max(top, other.top) + 1)
            let union = area + other.area - width * height
            return union > 0 ? width * height / union : 0
        }

        private var area: Double { (right - left + 1) * (bottom - top + 1) }
    }

    /// A true region of one frame.
    package struct Region: Sendable {
        package let track: Int
        package let frame: Int
        package let box: PixelBox

        package init(track: Int, frame: Int, box: PixelBox) {
            self.track = track
            self.frame = frame
            self.box = box
        }
    }

    /// A predicted region of one frame; a higher score is more anomalous.
    package struct Detection: Sendable {
        package let frame: Int
        package let box: PixelBox
        package let score: Double

        package init(frame: Int, box: PixelBox, score: Double) {
            self.frame = frame
            self.box = box
            self.score = score
        }
    }

    /// One video's truth and predictions.
    package struct Video: Sendable {
        package let frames: Int
        package let regions: [Region]
        package let detections: [Detection]

        package init(frames: Int, regions: [Region], detections: [Detection]) {
            self.frames = frames
            self.regions = regions
            self.detections = detections
        }
    }

    /// Area under the share of regions found against false positives a frame, over 0…1 of the latter.
    package let region: Double
    /// The same with the share of tracks found.
    package let track: Double
    /// Whether the detections reach one false positive a frame; if not, the last share is extended to there.
    package let reachesOneFalsePositive: Bool

    /// Evaluates `videos`: a detection matches at IoU ≥ `alpha`, a track is found with a share ≥ `beta` of its regions.
    package init(videos: [Video], alpha: Double = 0.1, beta: Double = 0.1) {
        let frames = Double(videos.map(\.frames).reduce(0, +))
        var state = Matching(videos: videos, alpha: alpha, beta: beta)
        let ordered = videos.enumerated().flatMap { index, video in video.detections.map { (index, $0) } }
            .stablySorted { $0.1.score > $1.1.score }
        var points = [Point(falsePositives: 0, regions: 0, tracks: 0)]
        for (video, detection) in ordered {
            state.take(detection, video: video)
            points.append(
                Point(
                    falsePositives: frames > 0 ? Double(state.falsePositives) / frames : 0, regions: state.regionShare,
                    tracks: state.trackShare))
        }
        reachesOneFalsePositive = (points.last?.falsePositives ?? 0) >= 1
        region = Self.area(points.map { ($0.falsePositives, $0.regions) })
        track = Self.area(points.map { ($0.falsePositives, $0.tracks) })
    }

    private struct Point {
        let falsePositives: Double
        let regions: Double
        let tracks: Double
    }

    private static func area(_ points: [(x: Double, y: Double)]) -> Double {
        var kept = points.filter { $0.x <= 1 }
        if let last = kept.last, last.x < 1 { kept.append((1, last.y)) }
        return zip(kept, kept.dropFirst()).reduce(0) { $0 + ($1.1.x - $1.0.x) * ($1.1.y + $1.0.y) / 2 }
    }

    private struct Matching {
        private struct Key: Hashable {
            let video: Int
            let number: Int
        }

        private let alpha: Double
        private let beta: Double
        private var regions: [Key: [(box: PixelBox, track: Key, isFound: Bool)]] = [:]  // by video and frame
        private var tracks: [Key: (total: Int, found: Int)] = [:]
        private var (total, found) = (0, 0)
        private(set) var falsePositives = 0

        init(videos: [Video], alpha: Double, beta: Double) {
            self.alpha = alpha
            self.beta = beta
            for (index, video) in videos.enumerated() {
                for region in video.regions {
                    let track = Key(video: index, number: region.track)
                    regions[Key(video: index, number: region.frame), default: []].append((region.box, track, false))
                    tracks[track, default: (0, 0)].total += 1
                    total += 1
                }
            }
        }

        mutating func take(_ detection: Detection, video: Int) {
            let key = Key(video: video, number: detection.frame)
            var isMatched = false
            for (index, region) in (regions[key] ?? []).enumerated()
            where region.box.overlap(detection.box) >= alpha {
                isMatched = true
                guard !region.isFound else { continue }
                regions[key]?[index].isFound = true
                tracks[region.track]?.found += 1
                found += 1
            }
            if !isMatched { falsePositives += 1 }
        }

        var regionShare: Double { total > 0 ? Double(found) / Double(total) : 0 }

        var trackShare: Double {
            let hits = tracks.values.count { Double($0.found) >= beta * Double($0.total) }
            return tracks.isEmpty ? 0 : Double(hits) / Double(tracks.count)
        }
    }
}
