// Vector kernels for transformer inference, and SHA-256. Every function works on contiguous rows of floats, keeps no
// state, may be called from several threads at once and trusts its caller's sizes (NN checks them).
//
// Letters: R rows · C columns. Sources are plain loops that the compiler vectorises; on x86-64 each is compiled for
// several instruction sets and chosen when the program starts (see CK_DISPATCH in dispatch.h).
#ifndef ALERTD_CKERNELS_H
#define ALERTD_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// x [R, C] with `stride` floats between rows → softmax(scale · x) of each row, in place; scale ≥ 0, C ≥ 1. With
// `causal`, row r sees only its first C − R + r + 1 columns and the others become 0 (R ≤ C: the last row sees all).
void ck_softmax_rows(float *x, size_t rows, size_t columns, size_t stride, float scale, int causal);

// out [R, C] = (x − mean) / sqrt(variance + epsilon) · gain + bias, row by row; `out` may be `x`.
void ck_layer_norm(const float *x, float *out, size_t rows, size_t columns, const float *gain, const float *bias,
                   float epsilon);

// Activations in place over n values.
void ck_gelu(float *x, size_t n);        // x · Φ(x), error below 3e-7 · |x|
void ck_gelu_tanh(float *x, size_t n);   // 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
void ck_quick_gelu(float *x, size_t n);  // x · σ(1.702 x)
void ck_silu(float *x, size_t n);        // x · σ(x)
void ck_relu(float *x, size_t n);        // max(x, 0)

// y [n] += x [n].
void ck_add(float *y, const float *x, size_t n);
// y [R, C] with `stride` floats between rows: every row += bias [C].
void ck_add_bias(float *y, const float *bias, size_t rows, size_t columns, size_t stride);
// 1 when none of the n values is NaN or infinite.
int ck_all_finite(const float *x, size_t n);
// Little-endian 16-bit floats (IEEE half, bfloat16) at any alignment → float.
void ck_half_to_float(const uint8_t *half, float *out, size_t n);
void ck_bfloat_to_float(const uint8_t *bfloat, float *out, size_t n);

#endif
