/// Sentences about what a fixed camera hardly ever sees: how often they seem to hold all the same is how often any sentence would
/// alarm for nothing.
public enum DecoySentences {
    private static let things = [
        "a horse", "a cow", "a sheep", "a bear", "a fox", "a deer", "a rat", "a spider", "a boat", "a ship", "a train",
        "a tram",
        "a tractor", "a plane", "a drone", "a sofa", "a bed", "a piano", "a cake", "a television", "a snowman",
        "a clown",
    ]
    private static let doings = [
        "stands in a kitchen", "lies on a beach", "is in a bathroom", "swims in a lake", "is on a stage in a church",
        "is under water", "hangs from the ceiling", "is on the moon", "floats in a river", "is inside a lift",
    ]

    /// 220 sentences, in the present tense.
    public static let all = doings.flatMap { doing in things.map { "\($0) \(doing)" } }
}
