/// Rounding to IEEE 754 half precision, which Swift has no type for on every processor.
enum HalfPrecision {
    /// The value of 11 significant bits nearest to `value`, to even on ties; 0 and infinity beyond the range.
    static func rounded(_ value: Float) -> Float {
        guard value.isFinite, value != 0 else { return value }
        let exponent = max(value.exponent, -14)  // below 2^−14 the spacing stays that of subnormal numbers
        let spacing = Float(sign: .plus, exponent: exponent - 10, significand: 1)
        let result = (value / spacing).rounded(.toNearestOrEven) * spacing
        return abs(result) > 65_504 ? (value < 0 ? -Float.infinity : .infinity) : result
    }
}
