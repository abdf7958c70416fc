extension QueryReader {
    /// Words that promise something that no scene can show, with what to do instead.
    private static let unseen: [(phrase: [String], problem: String)] = [
        (["if"], "\"if\" is not understood; write \"A, then B\" or \"A while B\""),
        (["unless"], "\"unless\" is not understood; write \"A without B\""),
        (["until"], "\"until\" is not understood; write \"A, then B\" or a duration"),
        (["except"], "exceptions are not understood; write \"without …\" or bind the query to a zone"),
        (["never"], "what never happens can only be told for a time; write \"no … for 10 minutes\""),
        (["always"], "what always happens is nothing to watch for; write \"no …\" for its opposite"),
        (["usually"], "habits are not understood; the anomaly score tells what is unusual"),
        (["unusual"], "what is unusual is told by the anomaly score; say what should be seen"),
        (["suspicious"], "\"suspicious\" cannot be seen; say what the person does"),
        (["suspiciously"], "\"suspiciously\" cannot be seen; say what the person does"),
        (["often"], "say how many times, as in \"3 times within an hour\""),
        (["repeatedly"], "say how many times, as in \"3 times within an hour\""),
        (["again"], "say how many times, as in \"twice within 10 minutes\""),
        (["several", "times"], "say how many times, as in \"3 times\""),
        (["many", "times"], "say how many times, as in \"3 times\""),
        (["shortly", "after"], "say within how long, as in \"A, then B within 30 seconds\""),
        (["soon", "after"], "say within how long, as in \"A, then B within 30 seconds\""),
        (["immediately"], "say within how long, as in \"A, then B within 10 seconds\""),
        (["as", "soon", "as"], "say within how long, as in \"A, then B within 10 seconds\""),
        (["same", "person"], "nobody is told apart from others: alertd does not identify people"),
        (["same", "man"], "nobody is told apart from others: alertd does not identify people"),
        (["same", "woman"], "nobody is told apart from others: alertd does not identify people"),
        (["same", "car"], "one car is not told apart from another"),
        (["same", "vehicle"], "one vehicle is not told apart from another"),
        (["unauthorised"], "permission cannot be seen; say what the person does or bind the query to hours"),
        (["unauthorized"], "permission cannot be seen; say what the person does or bind the query to hours"),
        (["stranger"], "nobody is told apart from others: alertd does not identify people"),
        (["number", "plate"], "number plates are not read"), (["license", "plate"], "number plates are not read"),
        (["licence", "plate"], "number plates are not read"),
        (["faster", "than"], "speed is not measured"), (["slower", "than"], "speed is not measured"),
        (["km/h"], "speed is not measured"), (["mph"], "speed is not measured"),
        (["speeding"], "speed is not measured"),
        (["at", "night"], "say the hours, as in \"between 22:00 and 06:00\""),
        (["by", "night"], "say the hours, as in \"between 22:00 and 06:00\""),
        (["during", "the", "day"], "say the hours, as in \"between 08:00 and 18:00\""),
        (["in", "the", "morning"], "say the hours, as in \"between 06:00 and 10:00\""),
        (["in", "the", "evening"], "say the hours, as in \"between 18:00 and 22:00\""),
        (["after", "dark"], "say the hours, as in \"between 22:00 and 06:00\""),
        (["after", "hours"], "say the hours, as in \"between 18:00 and 08:00\""),
        (["today"], "a standing query holds every day; use --since for the past"),
        (["yesterday"], "a standing query holds every day; use --since for the past"),
        (["tomorrow"], "a standing query holds every day"), (["every", "day"], "days are not counted"),
        (["forgets"], "what somebody forgets cannot be seen; write \"without …\""),
        (["fails", "to"], "what somebody fails to do cannot be seen; write \"without …\""),
    ]
    private static let weekdays: Set = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekday", "weekend",
    ]

    /// Throws for what no condition here can enforce.
    func refuseWhatCannotBeSeen() throws(GroundingError) {
        for (phrase, problem) in Self.unseen where find(phrase, in: words) != nil { throw refusal(problem) }
        if let day = words.first(where: { Self.weekdays.contains($0) || Self.weekdays.contains(String($0.dropLast())) })
        {
            throw refusal("days of the week are not understood (\(day)); bind the query to hours")
        }
        try refuseCounts()
    }

    /// "More than three cars": things in a picture are not counted; times and durations are.
    private func refuseCounts() throws(GroundingError) {
        for phrase in [
            ["more", "than"], ["less", "than"], ["fewer", "than"], ["at", "least"], ["at", "most"], ["exactly"],
        ] {
            guard let place = find(phrase, in: words) else { continue }
            let next = words[(place + phrase.count)...].prefix(3)
            let isTime = next.contains {
                QueryWords.unit($0) != nil || ["times", "twice", "once", "half", "thrice"].contains($0)
                    || QueryWords.unit(String($0.drop { $0.isNumber || $0 == "." })) != nil
            }
            let isNumber = next.first.map { QueryWords.number($0) != nil && !["a", "an"].contains($0) } == true
            if isNumber && !isTime {
                throw refusal("things in a picture are not counted exactly; say \"several \(next.last ?? "people")\"")
            }
        }
    }
}
