import Grounding
import Testing

/// What sentences mean: each with the condition that is enforced, or the reason for which it is refused.
@Suite("query reader")
struct QueryReaderTests {
    private func condition(_ text: String) throws -> Condition { try WatchRequest(text).condition }

    private static func scene(_ text: String) -> Condition { .scene(text) }

    private static let sentences: [(String, Condition)] = [
        ("A person walks through the yard.", scene("a person walks through the yard")),
        ("two dogs", scene("two dogs")),
        ("a man and a woman carry a ladder", scene("a man and a woman carry a ladder")),
        (
            "a car stops, then a person gets out",
            .sequence([scene("a car stops"), scene("a person gets out")], within: nil)
        ),
        (
            "A person enters and then leaves",
            .sequence([scene("a person enters"), scene("a person leaves")], within: nil)
        ),
        (
            "first a van arrives, then someone unloads boxes, then it drives away",
            .sequence(
                [scene("a van arrives"), scene("someone unloads boxes"), scene("someone drives away")], within: nil)
        ),
        ("a car followed by a truck", .sequence([scene("a car"), scene("a truck")], within: nil)),
        (
            "a person enters then a car leaves within 30 seconds",
            .sequence([scene("a person enters"), scene("a car leaves")], within: 30)
        ),
        (
            "a dog barks before a person appears",
            .sequence([scene("a dog barks"), scene("a person appears")], within: nil)
        ),
        (
            "a person leaves after a car arrives",
            .sequence([scene("a car arrives"), scene("a person leaves")], within: nil)
        ),
        (
            "After a car stops, a person runs away",
            .sequence([scene("a car stops"), scene("a person runs away")], within: nil)
        ),
        (
            "before the gate opens, a person waits",
            .sequence([scene("a person waits"), scene("the gate opens")], within: nil)
        ),
        (
            "a person knocks before entering",
            .sequence([scene("a person knocks"), scene("a person entering")], within: nil)
        ),
        ("a dog runs after a cat", scene("a dog runs after a cat")),
        ("a person smokes while a car is refuelled", .both(scene("a person smokes"), scene("a car is refuelled"))),
        ("while it rains, a person stands outside", .both(scene("a person stands outside"), scene("it rains"))),
        ("a person sits at the same time as a dog sleeps", .both(scene("a person sits"), scene("a dog sleeps"))),
        ("a person falls or a car crashes", .either(scene("a person falls"), scene("a car crashes"))),
        ("a cat or a dog", scene("a cat or a dog")),
        ("a person loiters for more than 2 minutes", .lasting(scene("a person loiters"), atLeast: 120)),
        ("a car is parked for at least an hour", .lasting(scene("a car is parked"), atLeast: 3600)),
        ("a person looks for a bag for two minutes", .lasting(scene("a person looks for a bag"), atLeast: 120)),
        ("for longer than 1 hour and 30 minutes a van waits", .lasting(scene("a van waits"), atLeast: 5400)),
        ("a light is on for 90s", .lasting(scene("a light is on"), atLeast: 90)),
        ("a door is open for less than half a minute", .brief(scene("a door is open"), atMost: 30)),
        ("a person without a helmet", .without(scene("a person"), scene("a person with a helmet"))),
        (
            "a person leaves without closing the door",
            .without(scene("a person leaves"), scene("a person closing the door"))
        ),
        (
            "a car is parked with no driver for 10 minutes",
            .lasting(.without(scene("a car is parked"), scene("a car with driver")), atLeast: 600)
        ),
        (
            "a person is not wearing a helmet",
            .without(scene("a person"), scene("a person is wearing a helmet"))
        ),
        ("a person doesn't move", .without(scene("a person"), scene("a person move"))),
        (
            "No one is at the counter for 5 minutes",
            .lasting(.absence(scene("a person is at the counter")), atLeast: 300)
        ),
        ("nobody in the yard", .absence(scene("a person in the yard"))),
        ("there is no car in the driveway", .absence(scene("a car in the driveway"))),
        ("no people", .absence(scene("people"))),
        ("a fire burns and no one is there", .both(scene("a fire burns"), .absence(scene("a person is there")))),
        ("a person enters twice", .repeated(scene("a person enters"), times: 2, within: nil)),
        ("a car passes at least three times within an hour", .repeated(scene("a car passes"), times: 3, within: 3600)),
        ("a person rings the bell more than twice", .repeated(scene("a person rings the bell"), times: 3, within: nil)),
        (
            "a car stops for more than 10 seconds, then a person gets out twice",
            .sequence(
                [
                    .lasting(scene("a car stops"), atLeast: 10),
                    .repeated(scene("a person gets out"), times: 2, within: nil),
                ],
                within: nil)
        ),
    ]

    @Test("a sentence becomes the condition that it means", arguments: sentences)
    func understood(text: String, expected: Condition) throws {
        let found = try condition(text)
        #expect(found == expected, "\(text): \(found)")
        #expect(!found.scenes.isEmpty && !found.description.isEmpty)
    }

    @Test(
        "what cannot be enforced is refused with what to do instead",
        arguments: [
            ("more than three cars", "not counted"), ("at least 2 people at the gate", "not counted"),
            ("exactly two dogs", "not counted"), ("a car drives faster than 30 km/h", "speed"),
            ("the same person comes back", "identify"), ("a person enters if the gate is open", "\"if\""),
            ("a person waits until a car arrives", "until"), ("a person loiters for a while", "how long"),
            ("a person loiters for hours", "how long"), ("a person rings again", "how many times"),
            ("a person enters exactly 3 times", "never be known"), ("a person on weekends", "days of the week"),
            ("a person at night", "hours"), ("a person falls shortly after a car passes", "within how long"),
            ("a person stands before a door", "time or a place"), ("after a car stops a person runs", "comma"),
            ("", "no word"), ("…", "no word"), ("then a car leaves then", "missing"), ("twice", "not what"),
            ("a car within 10 seconds", "two things"), ("a person never leaves", "never"),
            ("a person not", "denies"), ("a person in zone fence", "no zone"),
            (String(repeating: "very ", count: 70) + "old car", "60 at most"),
        ])
    func refused(text: String, problem: String) throws {
        let error = #expect(throws: GroundingError.self, "\(text)") { try WatchRequest(text) }
        #expect(error?.description.contains(problem) == true, "\(text): \(String(describing: error))")
    }

    @Test("hours and zones are taken out of the sentence")
    func context() throws {
        let night = try WatchRequest("a person climbs over the fence between 22:00 and 06:00")
        #expect(night.condition == .scene("a person climbs over the fence"))
        #expect(night.hours == ActiveHours(startMinute: 1320, endMinute: 360))
        #expect(
            try WatchRequest("a car arrives from 10 p.m. to 6:30 am").hours
                == ActiveHours(startMinute: 1320, endMinute: 390))
        #expect(try WatchRequest("a car after 18:00").hours == ActiveHours(startMinute: 1080, endMinute: 1440))
        #expect(
            try WatchRequest("a car between noon and midnight").hours == ActiveHours(startMinute: 720, endMinute: 0))
        let zones: Set = ["fence", "Gate"]
        let zone = try WatchRequest("a person in zone fence for 1 minute", zones: zones)
        #expect(zone.zone == "fence" && zone.condition == .lasting(.scene("a person"), atLeast: 60))
        #expect(try WatchRequest("a car stops in the gate zone", zones: zones).zone == "Gate")
        #expect(try WatchRequest("a person between two cars").hours == nil)
    }

    @Test("no text makes the reader trap", arguments: 0..<40)
    func arbitrary(seed: Int) {
        let words = [
            "a", "person", "car", "then", "while", "before", "after", "without", "for", "more", "than", "2", "minutes",
            "no",
            "one", "not", "twice", "times", "within", ",", "or", "and", "zone", "in", "the", "between", "22:00",
            "99999999999",
            "is", "leaves", "it", "half", "an", "hour", "with", "isn't", "there", "\u{0}", "é", "1e300", "-5", "🙂",
        ]
        var numbers = RandomNumbers(seed: UInt64(seed))
        for _ in 0..<200 {
            let count = Int.random(in: 0...14, using: &numbers)
            let text = (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &numbers)] }.joined(
                separator: " ")
            if let request = try? WatchRequest(text, zones: ["fence"]) {
                #expect(
                    !request.condition.scenes.isEmpty && request.condition.scenes.allSatisfy { !$0.isEmpty }, "\(text)")
            }
        }
    }

    @Test("what is encoded is the sentence as written, unless it says where or when; bounds come from beside it")
    func encoded() throws {
        let plain = try WatchRequest("A person walks.")
        #expect(plain.sentence == "A person walks.")
        let night = try #require(ActiveHours(startMinute: 22 * 60, endMinute: 6 * 60))
        let bound = plain.bound(zone: "fence", hours: night)
        #expect(bound.zone == "fence" && bound.hours == night)
        #expect(bound.sentence == plain.sentence && bound.condition == plain.condition)
        #expect(plain.bound(zone: nil, hours: nil) == plain)
        let placed = try WatchRequest("A person walks in zone gate", zones: ["gate"])
        #expect(placed.sentence == "a person walks" && placed.bound(zone: "fence", hours: nil).zone == "gate")
    }
}
