internal import Base
internal import Foundation
internal import Ingest
internal import Outbound
internal import VLM

/// How an endpoint is asked for the form of an answer.
enum SchemaForm {
    /// `json_schema`, as OpenAI, vLLM, SGLang and llama.cpp's own server have it.
    case schema
    /// `json_object` with the schema beside it, as llama-cpp-python has it.
    case object
    /// In words alone.
    case none

    /// What is tried when it is refused.
    var weaker: SchemaForm? {
        switch self {
        case .schema: .object
        case .object: SchemaForm.none
        case .none: nil
        }
    }
}

/// What is said to an endpoint: frames as JPEG, the question, and how the answer has to look.
struct RemoteConversation {
    /// The form of a description, in words for a model that knows no schema.
    private static let form = """
        Answer with one JSON object and nothing else: {"title": a few words, "description": one or more sentences, \
        "level": 0 (nothing), 1, 2 or 3 (grave), "people": how many, "vehicles": how many, "actions": at most 4 words or \
        phrases, "confidence": 0 to 1}.
        """

    private let model: String
    private let tokenLimit: Int
    private let isDescription: Bool
    private var messages: [[String: Any]] = []

    /// The question of `request` about its frames. Throws ``RemoteFailure/refused(why:)`` when a frame cannot be written.
    init(_ request: NarrationRequest, model: String) throws(RemoteFailure) {
        self.model = model
        tokenLimit = request.tokenLimit
        isDescription = request.form == .description
        var content: [[String: Any]] = []
        for frame in request.frames {
            let seconds = (frame.seconds * 10).rounded() / 10
            content.append(["type": "text", "text": "Second \(seconds):"])
            let jpeg: [UInt8]
            do {
                jpeg = try JPEGEncoder.encode(frame.picture, quantiser: 5, source: RedactedURL("a frame of an event"))
            } catch {
                throw .refused(why: "\(error)")
            }
            let url = "data:image/jpeg;base64," + Data(jpeg).base64EncodedString()
            content.append(["type": "image_url", "image_url": ["url": url]])
        }
        let task = isDescription ? request.question + "\n" + Self.form : request.question
        content.append(["type": "text", "text": task])
        messages = [["role": "user", "content": content]]
    }

    /// Asks for the answer again, in the right form.
    mutating func addRepair(of answer: String) {
        messages.append(["role": "assistant", "content": String(answer.prefix(2000))])
        messages.append(["role": "user", "content": "That has not the form that was asked for. " + Self.form])
    }

    /// The request's body.
    func body(_ form: SchemaForm) -> [UInt8] {
        var body: [String: Any] = [
            "model": model, "messages": messages, "max_tokens": tokenLimit, "temperature": 0, "stream": false,
        ]
        switch form {
        case .schema:
            let schema: [String: Any] = ["name": "description", "strict": true, "schema": Self.schema]
            body["response_format"] = ["type": "json_schema", "json_schema": schema] as [String: Any]
        case .object: body["response_format"] = ["type": "json_object", "schema": Self.schema] as [String: Any]
        case .none: break
        }
        return (try? JSONSerialization.data(withJSONObject: body, options: .withoutEscapingSlashes)).map(Array.init)
            ?? []
    }

    /// The description in `text`, which may have words or a fence around it; nil when there is none of the right form.
    static func description(in text: String) -> String? {
        guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end else { return nil }
        let object = String(text[start...end])
        guard let description = try? EventDescription(parsing: object),
            description.description.count <= 2000, description.title.count <= 500
        else { return nil }
        return object
    }

    /// The name of the first model of a list.
    static func firstModel(in body: [UInt8]) -> String? {
        let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return ((object?["data"] as? [[String: Any]])?.first?["id"] as? String).flatMap { $0.isEmpty ? nil : $0 }
    }

    private static var schema: [String: Any] {
        func whole(_ most: Int) -> [String: Any] { ["type": "integer", "minimum": 0, "maximum": most] }
        // A bound, so that an answer ends before the limit of tokens cuts it.
        func text(_ most: Int) -> [String: Any] { ["type": "string", "minLength": 1, "maxLength": most] }
        let properties: [String: Any] = [
            "title": text(80), "description": text(400),
            "level": ["type": "integer", "enum": [0, 1, 2, 3]] as [String: Any], "people": whole(99),
            "vehicles": whole(99),
            "actions": ["type": "array", "items": text(40), "maxItems": 4] as [String: Any],
            "confidence": ["type": "number", "minimum": 0, "maximum": 1] as [String: Any],
        ]
        return [
            "type": "object", "additionalProperties": false, "required": properties.keys.sorted(),
            "properties": properties,
        ]
    }
}

/// What an endpoint answered.
struct RemoteReply {
    let text: String
    let tokensRead, tokensWritten: Int

    /// Reads a reply. Throws ``RemoteFailure``.
    init(_ reply: HTTPReply) throws(RemoteFailure) {
        guard reply.isSuccess else { throw RemoteFailure(reply) }
        guard let object = try? JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any],
            let message = (object["choices"] as? [[String: Any]])?.first?["message"] as? [String: Any],
            let content = message["content"] as? String
        else { throw .malformed(why: "it is no chat completion") }
        text = content
        let usage = object["usage"] as? [String: Any]
        tokensRead = max(0, usage?["prompt_tokens"] as? Int ?? 0)
        // An endpoint that does not count is not free: four bytes are about a token.
        tokensWritten = max(0, usage?["completion_tokens"] as? Int ?? content.utf8.count / 4 + 1)
    }

    private init(text: String, read: Int, written: Int) {
        (self.text, tokensRead, tokensWritten) = (text, read, written)
    }

    /// The same with what an earlier one took.
    func adding(_ earlier: RemoteReply) -> RemoteReply {
        RemoteReply(
            text: text, read: tokensRead + earlier.tokensRead, written: tokensWritten + earlier.tokensWritten)
    }
}
