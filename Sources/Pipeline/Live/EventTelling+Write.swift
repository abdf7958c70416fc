internal import Base
internal import Store

extension EventTelling {
    /// The change to be stored. Its key follows from what is told, so that storing it twice is storing it once.
    var write: StoreWrite {
        let thing = "live/\(event.source.key)/\(firstEvidence.microseconds)/"
        return .event(
            EventWrite(
                event: event, description: TemplateDescription.text(of: event, explanation),
                descriptionOrigin: TemplateDescription.origin,
                idempotencyKey: "\(thing)\(event.during.end.microseconds)/\(stage)", replaces: thing,
                explanation: explanation?.json ?? level?.json))
    }
}
