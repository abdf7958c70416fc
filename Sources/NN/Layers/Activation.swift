internal import CKernels

/// The functions between two linear layers, under the names that published configurations use.
public enum Activation: String, Sendable, CaseIterable {
    /// x · Φ(x) (Hendrycks & Gimpel 2016).
    case gelu
    /// The tanh approximation of GELU.
    case geluTanh = "gelu_pytorch_tanh"
    /// x · σ(1.702 x), CLIP's approximation of GELU.
    case quickGELU = "quick_gelu"
    /// x · σ(x).
    case silu
    /// max(x, 0).
    case relu

    /// The function of `name` in a `config.json`, or nil when it is none of these.
    public init?(configurationName name: String) {
        switch name {
        case "gelu_new", "gelu_fast": self = .geluTanh
        case "swish": self = .silu
        default: self.init(rawValue: name)
        }
    }

    /// Replaces every value of `x` by its function value.
    public func apply(to x: inout Tensor) {
        let count = x.count
        x.withMutablePointer { values in
            switch self {
            case .gelu: ck_gelu(values, count)
            case .geluTanh: ck_gelu_tanh(values, count)
            case .quickGELU: ck_quick_gelu(values, count)
            case .silu: ck_silu(values, count)
            case .relu: ck_relu(values, count)
            }
        }
    }
}
