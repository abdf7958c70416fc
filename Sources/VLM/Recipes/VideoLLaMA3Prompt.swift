/// VideoLLaMA3's prompts, as its published template writes them (DAMO-NLP-SG/VideoLLaMA3, `chat_template.json`): frames with
/// their times, then the question. One mark stands for each picture; it is repeated for each of its visual tokens later.
package enum VideoLLaMA3Prompt {
    /// Stands for one picture.
    package static let picture = "<image>"

    /// A part of a message.
    package enum Part: Equatable, Sendable {
        case text(String)
        /// A picture, and the second of the video it shows.
        case picture(seconds: Double?)
        /// Frames of a video: their seconds, or how many there are.
        case frames(seconds: [Double])
        case untimedFrames(Int)
    }

    /// Who speaks, and what.
    package struct Message: Equatable, Sendable {
        /// `system`, `user`, `assistant`, or `stream` for pictures as they come.
        package let role: String
        package let parts: [Part]

        /// A message of the given parts.
        package init(role: String, parts: [Part]) {
            self.role = role
            self.parts = parts
        }
    }

    /// The prompt; with `asksForAnswer` it ends where the assistant is to begin.
    package static func text(_ messages: [Message], asksForAnswer: Bool) -> String {
        let turns = messages.map { message in
            let (start, end) =
                message.role == "stream"
                ? ("<|stream_start|>", "<|stream_end|>") : ("<|im_start|>", "<|im_end|>")
            return start + message.role + "\n" + message.parts.map(text).joined() + end + "\n"
        }
        return turns.joined() + (asksForAnswer ? "<|im_start|>assistant\n" : "")
    }

    private static func text(_ part: Part) -> String {
        switch part {
        case .text(let text): return text
        case .picture(let seconds):
            return (seconds.map { "Time \(TenthsOfSeconds.text($0))s: " } ?? "") + picture + "\n"
        case .frames(let seconds):
            return seconds.map { "Time \(TenthsOfSeconds.text($0))s:" + picture }.joined(separator: ",") + "\n"
        case .untimedFrames(let count):
            return Array(repeating: picture, count: count).joined(separator: ",") + "\n"
        }
    }
}

/// Seconds with one decimal, rounded from the exact binary value, halves to the even digit, as Python's formatting does.
enum TenthsOfSeconds {
    /// "12.2" for 12.25, "3.0" for 3.05 (whose binary value is below it).
    static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e15 else { return "0.0" }
        let scaled = seconds * 10
        // The product is rounded; its error says on which side of a half the exact value lies.
        let error = (-scaled).addingProduct(seconds, 10)
        var tenths = scaled.rounded(.down)
        let part = (scaled - tenths) - 0.5
        if part > 0 || (part == 0 && (error > 0 || (error == 0 && tenths.truncatingRemainder(dividingBy: 2) != 0))) {
            tenths += 1
        }
        let sign = tenths < 0 ? "-" : ""
        let whole = Int(abs(tenths))
        return "\(sign)\(whole / 10).\(whole % 10)"
    }
}
