// Activation functions of one value, for loops that the compiler vectorises.
#ifndef ALERTD_CK_ACTIVATIONS_H
#define ALERTD_CK_ACTIVATIONS_H

#include "CKernels.h"
#include "exponential.h"

#define CK_INLINE static inline __attribute__((always_inline))

// erf for GELU: Abramowitz & Stegun 7.1.26, absolute error below 1.5e-7.
CK_INLINE float ck_error_function(float x) {
    _Pragma("clang fp contract(fast)")
    float a = x < 0 ? -x : x;
    float t = 1 / (1 + 0.3275911f * a);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float y = 1 - p * t * ck_exponential(-a * a);
    return x < 0 ? -y : y;
}

// 1 / (1 + e⁻ˣ), error below 3e-7 of itself, without a division, which takes as long as all the rest: with e = e^−|x| the
// inverse of d = (1 + e) / 2, between ½ and 1, begins at the parabola nearest to 1 / d (off by 1/99) and takes two steps of
// Newton's.
CK_INLINE float ck_sigmoid(float x) {
    _Pragma("clang fp contract(fast)")
    float e = ck_exponential(-__builtin_fabsf(x));
    float d = 0.5f + 0.5f * e;
    float y = 4.2424242424f + d * (-5.8181818182f + d * 2.5858585859f);
    y = y + y * (1 - d * y);
    y = y + y * (1 - d * y);
    return (x < 0 ? e : 1) * (0.5f * y);
}

CK_INLINE float ck_gelu_of(float x) {
    _Pragma("clang fp contract(fast)")
    return 0.5f * x * (1 + ck_error_function(x * 0.70710678118654752f));
}

// tanh(u) = 2 σ(2u) − 1, so 0.5 x (1 + tanh u) = x σ(2u).
CK_INLINE float ck_gelu_tanh_of(float x) {
    _Pragma("clang fp contract(fast)")
    return x * ck_sigmoid(1.5957691216057308f * (x + 0.044715f * x * x * x));
}

CK_INLINE float ck_quick_gelu_of(float x) { return x * ck_sigmoid(1.702f * x); }

CK_INLINE float ck_silu_of(float x) { return x * ck_sigmoid(x); }

CK_INLINE float ck_relu_of(float x) { return x < 0 ? 0 : x; }

// x [n] ← f(x). Unrolled before it is vectorised, a short loop would stay scalar.
#define CK_APPLY(f)                                                                                                    \
    _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < n; i++) x[i] = f(x[i])
CK_INLINE void ck_activate_values(ck_activation function, float *x, size_t n) {
    switch (function) {
    case CK_IDENTITY: break;
    case CK_GELU: CK_APPLY(ck_gelu_of); break;
    case CK_GELU_TANH: CK_APPLY(ck_gelu_tanh_of); break;
    case CK_QUICK_GELU: CK_APPLY(ck_quick_gelu_of); break;
    case CK_SILU: CK_APPLY(ck_silu_of); break;
    case CK_RELU: CK_APPLY(ck_relu_of); break;
    }
}

// x [rows, 32] with `stride` floats between rows ← f(x).
void ck_activate_panel(ck_activation function, float *x, size_t rows, size_t stride);

#endif
