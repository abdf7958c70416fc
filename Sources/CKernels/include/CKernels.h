// Kernels for transformer inference. Every function works on contiguous rows, keeps no state, may be called from several
// threads at once and trusts its caller's sizes (NN checks them).
//
// Letters: R rows · C columns · I inputs · O outputs. Sources are plain loops that the compiler vectorises; on x86-64 each
// is compiled for several instruction sets and chosen when the program starts (see CK_DISPATCH in dispatch.h). The products
// of bytes and the attention, where loops are not enough, choose among ck_instructions.
#ifndef ALERTD_CKERNELS_H
#define ALERTD_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// MARK: threads

// Threads that share the loops inside the kernels below. One thread at a time leads a team; what it calls is shared with the
// team's helpers, and what other threads call is not.
typedef struct ck_team ck_team;

// A team of `helpers` threads besides the one that will lead; fewer where the system refuses threads, NULL without memory.
ck_team *ck_team_create(size_t helpers);
// Ends the helpers. Nobody may lead the team any more.
void ck_team_destroy(ck_team *team);
size_t ck_team_helpers(const ck_team *team);
// Makes the calling thread lead `team` (NULL: none) and returns the team it led before.
ck_team *ck_team_lead(ck_team *team);
// Threads that a loop of the calling thread is shared by: 1 without a team.
size_t ck_participants(void);
// body(context, item, participant) for each item of 0..<count, in any order, on participants of 0..<ck_participants();
// returns when all are done. Inside a body, and while another thread uses the team, a loop runs on its caller alone.
typedef void (*ck_body)(void *context, size_t item, size_t participant);
void ck_parallel(size_t count, ck_body body, void *context);

// MARK: rows

// x [R, C] with `stride` floats between rows → softmax(scale · x) of each row, in place; scale ≥ 0, C ≥ 1. With
// `causal`, row r sees only its first C − R + r + 1 columns and the others become 0 (R ≤ C: the last row sees all).
void ck_softmax_rows(float *x, size_t rows, size_t columns, size_t stride, float scale, int causal);

// out [R, C] = (x − mean) / sqrt(variance + epsilon) · gain + bias, row by row; `out` may be `x`.
void ck_layer_norm(const float *x, float *out, size_t rows, size_t columns, const float *gain, const float *bias,
                   float epsilon);

// Activation functions, as below.
typedef enum { CK_IDENTITY, CK_GELU, CK_GELU_TANH, CK_QUICK_GELU, CK_SILU, CK_RELU } ck_activation;
// In place over n values:
void ck_activate(ck_activation function, float *x, size_t n);
// Over x [R, C] with `stride` floats between rows:
void ck_activate_rows(ck_activation function, float *x, size_t rows, size_t columns, size_t stride);
//   GELU        x · Φ(x), error below 3e-7 · |x|
//   GELU_TANH   0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
//   QUICK_GELU  x · σ(1.702 x)
//   SILU        x · σ(x)
//   RELU        max(x, 0)

// y [n] += x [n].
void ck_add(float *y, const float *x, size_t n);
// y [R, C] with `stride` floats between rows: every row += bias [C].
void ck_add_bias(float *y, const float *bias, size_t rows, size_t columns, size_t stride);
// 1 when none of the n values is NaN or infinite.
int ck_all_finite(const float *x, size_t n);
// Little-endian 16-bit floats (IEEE half, bfloat16) at any alignment → float.
void ck_half_to_float(const uint8_t *half, float *out, size_t n);
void ck_bfloat_to_float(const uint8_t *bfloat, float *out, size_t n);
// float → IEEE half, rounded to nearest, ties to even; numbers beyond ±65504 become ±65504, NaN stays.
void ck_float_to_half(const float *x, uint16_t *out, size_t n);

// MARK: linear layers

// Instruction sets with product kernels of their own. CK_AVX_VNNI is AVX2 with dot products of bytes, CK_AMX is AVX-512 with
// a matrix unit for bytes.
typedef enum { CK_PORTABLE, CK_AVX2, CK_AVX_VNNI, CK_AVX512, CK_AMX } ck_instructions;
int ck_supports(ck_instructions set);
// The last that the processor has, found once; the environment's ALERTD_INSTRUCTIONS (portable, avx2, avx_vnni, avx512, amx) names one
// to stop at.
ck_instructions ck_best_instructions(void);

// Weights [O, I] as floats: `panels` (64-byte aligned, ck_float_panels_size floats) is laid out as layout.h says; `bias` has
// O rounded up to a multiple of 32 entries.
typedef struct {
    size_t outputs, inputs;
    const float *panels;
    const float *bias;
} ck_float_weights;
size_t ck_float_panels_size(size_t outputs, size_t inputs);
void ck_float_pack(const float *weight, size_t outputs, size_t inputs, float *panels);
// x [R, I] with `stride` floats between rows → the left side of a product, R · I floats.
void ck_float_arrange(const float *x, size_t stride, size_t rows, size_t inputs, float *out);
// y [R, O] with `stride` floats between rows = activation(x · weightsᵀ + bias), or += it; x as ck_float_arrange leaves it.
void ck_float_linear(ck_instructions set, size_t rows, const float *x, const ck_float_weights *weights,
                     ck_activation activation, int is_adding, float *y, size_t stride);

// In 8-bit integers all instruction sets give the same sums.

// Weights [O, I] as bytes w with one scale for each output: weight ≈ scales[o] · w, w in −127…127, rounded to nearest, ties
// to even. `panels` (64-byte aligned, ck_int8_panels_size bytes) is laid out as layout.h says; `scales`, `sums` (Σ w of each
// output) and `bias` have O rounded up to a multiple of 32 entries, the last ones 0. I ≤ 65536.
typedef struct {
    size_t outputs, inputs;
    const int8_t *panels;
    const float *scales;
    const int32_t *sums;
    const float *bias;
} ck_int8_weights;
size_t ck_int8_panels_size(size_t outputs, size_t inputs);
void ck_int8_pack(const float *weight, size_t outputs, size_t inputs, int8_t *panels, float *scales, int32_t *sums);

// Rows [R, I] as unsigned bytes q: x ≈ scales[r] · (q − zeros[r]). Scale and zero point come from the row's smallest and
// largest value (and 0). `bytes` has ck_int8_rows_size bytes and is laid out for one instruction set (layout.h, int8_matrix.h).
typedef struct {
    size_t rows;
    const uint8_t *bytes;
    const float *scales;
    const int32_t *zeros;
} ck_int8_rows;
size_t ck_int8_rows_size(ck_instructions set, size_t rows, size_t inputs);
// x [R, I] with `stride` floats between rows.
void ck_int8_quantise(ck_instructions set, const float *x, size_t stride, size_t rows, size_t inputs, uint8_t *bytes,
                      float *scales, int32_t *zeros);

// y [R, O] with `stride` floats between rows = activation(x · weightsᵀ + bias), or += it.
void ck_int8_linear(ck_instructions set, const ck_int8_rows *x, const ck_int8_weights *weights, ck_activation activation,
                    int is_adding, float *y, size_t stride);
// out [R, O] = Σ q · w alone.
void ck_int8_product(ck_instructions set, const ck_int8_rows *x, const ck_int8_weights *weights, int32_t *out);

// MARK: scans

// out [R, N] = x [R, C] · bankᵀ [N, C], for few R. Every pair is summed in the same order.
void ck_row_products(const float *x, size_t rows, const float *bank, size_t count, size_t width, float *out);

// out [R, Q] = the exact products of rows of signed bytes [C], each beginning at base + offsets[r], with queries [Q, C] of 16
// bits. The caller sees to it that sums of 32 bits suffice.
void ck_byte_products(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width, const int16_t *queries,
                      size_t count, int32_t *out);
// Weights whose scales stand for CK_INT8_GROUP neighbouring inputs of an output: `scales` [panel][group][32], `totals` Σ scale
// · w of each output (padded to 32), the rest as above. Sums of a group are exact, their sum is one of floats, in order. Rows are
// laid out for a set without a matrix unit, whose tiles are deeper than a group would repay.
#define CK_INT8_GROUP 128
typedef struct {
    size_t outputs, inputs;
    const int8_t *panels;
    const float *scales, *totals;
    const float *bias;
} ck_int8_grouped_weights;
size_t ck_int8_groups(size_t inputs);
void ck_int8_groups_pack(const float *weight, size_t outputs, size_t inputs, int8_t *panels, float *scales,
                         float *totals);
void ck_int8_grouped_linear(ck_instructions set, const ck_int8_rows *x, const ck_int8_grouped_weights *weights,
                            ck_activation activation, int is_adding, float *y, size_t stride);

// MARK: attention

// Scaled dot-product attention of several heads: for every sequence and head, softmax(scale · q kᵀ) v. Letters: S sequences
// · Q queries and T keys of a sequence · H heads · G heads of the keys, a divisor of H · W width of a head. q [S·Q, H·W],
// k and v [S·T, G·W], out [S·Q, H·W], each with a stride in floats between rows. With `is_causal` query i sees the keys
// 0...T − Q + i (Q ≤ T). T ≥ 1, W ≥ 1.
typedef struct {
    size_t sequences, queries, keys, heads, key_heads, width;
    const float *q, *k, *v;
    size_t query_stride, key_stride, value_stride;
    float *out;
    size_t out_stride;
    float scale;
    int is_causal;
} ck_attention;
// Floats of working memory for each of ck_participants(), 64-byte aligned: grows with T, not with Q · T.
size_t ck_attention_scratch(ck_instructions set, size_t keys, size_t width);
// CK_AMX rounds queries, keys, values and weights to bfloat16 (8 bits); the others compute in floats.
void ck_attend(ck_instructions set, const ck_attention *attention, float *scratch);

#endif
