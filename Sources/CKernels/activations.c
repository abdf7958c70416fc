// Activation functions over flat arrays.
#include "CKernels.h"
#include "dispatch.h"
#include "exponential.h"

// erf for GELU: Abramowitz & Stegun 7.1.26, absolute error below 1.5e-7.
static inline __attribute__((always_inline)) float error_function(float x) {
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

static inline __attribute__((always_inline)) float sigmoid(float x) { return 1 / (1 + ck_exponential(-x)); }

CK_DISPATCH
void ck_gelu(float *x, size_t n) {
    CK_FUSE
    for (size_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1 + error_function(x[i] * 0.70710678118654752f));
}

// tanh(u) = 2 σ(2u) − 1, so 0.5 x (1 + tanh u) = x σ(2u).
CK_DISPATCH
void ck_gelu_tanh(float *x, size_t n) {
    CK_FUSE
    for (size_t i = 0; i < n; i++) {
        float v = x[i];
        x[i] = v * sigmoid(1.5957691216057308f * (v + 0.044715f * v * v * v));
    }
}

CK_DISPATCH
void ck_quick_gelu(float *x, size_t n) {
    CK_FUSE
    for (size_t i = 0; i < n; i++) x[i] = x[i] * sigmoid(1.702f * x[i]);
}

CK_DISPATCH
void ck_silu(float *x, size_t n) {
    CK_FUSE
    for (size_t i = 0; i < n; i++) x[i] = x[i] * sigmoid(x[i]);
}

CK_DISPATCH
void ck_relu(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] < 0 ? 0 : x[i];
}
