/// The numbers that the linear layers of a model compute with. Everything else stays in 32-bit floats.
public enum Precision: String, Sendable, CaseIterable {
    /// Weights and products in 32-bit floats: as published.
    case fp32
    /// Weights in bytes with one scale for each output, rows of input in bytes with a scale and zero point of their own
    /// (found anew for each row), exact 32-bit sums. Some three times as fast where the processor multiplies bytes
    /// (AVX512-VNNI), and a quarter of the memory; vectors turn by a few thousandths.
    case int8
    /// The same with a scale for each 128 weights of an output: for decoders, whose weights are less even.
    case int8Groups = "int8-groups"
}
