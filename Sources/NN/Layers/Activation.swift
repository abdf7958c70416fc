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
        OperationProfile.measure(.activation) {
            x.withMutablePointer { ck_activate(code, $0, count) }
        }
    }

    var code: ck_activation {
        switch self {
        case .gelu: CK_GELU
        case .geluTanh: CK_GELU_TANH
        case .quickGELU: CK_QUICK_GELU
        case .silu: CK_SILU
        case .relu: CK_RELU
        }
    }

    /// What the kernels call `activation`; none is the identity.
    static func code(_ activation: Activation?) -> ck_activation { activation?.code ?? CK_IDENTITY }
}
