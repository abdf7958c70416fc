// Softmax, layer norm, additions and number formats. The clear versions they are tested against live in
// Sources/NN/Kernels/Reference.
#include "CKernels.h"

#include <math.h>
#include <string.h>

#include "dispatch.h"
#include "exponential.h"
#include "team.h"
#include "vectors.h"

CK_DISPATCH
static void exponentials(float *x, size_t n, float scale, float shift) {
    CK_FUSE
    for (size_t i = 0; i < n; i++) x[i] = ck_exponential(x[i] * scale - shift);
}

CK_DISPATCH
static float sum(const float *x, size_t n) {
    CK_REORDER
    float total = 0;
    for (size_t i = 0; i < n; i++) total += x[i];
    return total;
}

CK_DISPATCH
static float squared_deviations(const float *x, size_t n, float mean) {
    CK_REORDER
    float total = 0;
    for (size_t i = 0; i < n; i++) total += (x[i] - mean) * (x[i] - mean);
    return total;
}

CK_DISPATCH
static void multiply(float *x, size_t n, float factor) {
    for (size_t i = 0; i < n; i++) x[i] *= factor;
}

void ck_softmax_rows(float *x, size_t rows, size_t columns, size_t stride, float scale, int causal) {
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * stride;
        size_t seen = causal ? columns - rows + r + 1 : columns;
        exponentials(row, seen, scale, scale * ck_row_maximum(row, seen));
        multiply(row, seen, 1 / sum(row, seen));
        memset(row + seen, 0, (columns - seen) * sizeof(float));
    }
}

CK_DISPATCH
static void normalise(const float *x, float *out, size_t n, float mean, float inverse, const float *gain,
                      const float *bias) {
    CK_FUSE
    for (size_t i = 0; i < n; i++) out[i] = (x[i] - mean) * inverse * gain[i] + bias[i];
}

struct normalising {
    const float *x;
    float *out;
    size_t rows, columns, rows_each;
    const float *gain, *bias;
    float epsilon;
};

static void normalise_rows(void *context, size_t piece, size_t participant) {
    (void)participant;
    const struct normalising *work = context;
    size_t first = piece * work->rows_each, end = first + work->rows_each;
    for (size_t r = first; r < end && r < work->rows; r++) {
        const float *row = work->x + r * work->columns;
        float mean = sum(row, work->columns) / (float)work->columns;
        float variance = squared_deviations(row, work->columns, mean) / (float)work->columns;
        normalise(row, work->out + r * work->columns, work->columns, mean, 1 / sqrtf(variance + work->epsilon),
                  work->gain, work->bias);
    }
}

void ck_layer_norm(const float *x, float *out, size_t rows, size_t columns, const float *gain, const float *bias,
                   float epsilon) {
    size_t rows_each = CK_SHARED_VALUES / 2 / (columns ? columns : 1) + 1;
    struct normalising work = {x, out, rows, columns, rows_each, gain, bias, epsilon};
    ck_parallel((rows + rows_each - 1) / rows_each, normalise_rows, &work);
}

CK_DISPATCH
void ck_add(float *y, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += x[i];
}

void ck_add_bias(float *y, const float *bias, size_t rows, size_t columns, size_t stride) {
    for (size_t r = 0; r < rows; r++) ck_add(y + r * stride, bias, columns);
}

CK_DISPATCH
int ck_all_finite(const float *x, size_t n) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return bad == 0;
}

CK_DISPATCH
void ck_bfloat_to_float(const uint8_t *bfloat, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint16_t half;
        memcpy(&half, bfloat + 2 * i, sizeof half);
        uint32_t bits = (uint32_t)half << 16;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

// IEEE 754 half → single: shift exponent and mantissa into place and multiply by 2¹¹², which also repairs subnormals;
// the largest exponent (infinity, NaN) is put back by hand.
CK_DISPATCH
void ck_half_to_float(const uint8_t *half, float *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, half + 2 * i, sizeof h);
        uint32_t bits = (uint32_t)(h & 0x7fff) << 13;
        float magnitude;
        memcpy(&magnitude, &bits, sizeof bits);
        magnitude *= 0x1p112f;
        memcpy(&bits, &magnitude, sizeof bits);
        bits |= (h & 0x7c00) == 0x7c00 ? 0x7f800000u : 0;
        bits |= (uint32_t)(h & 0x8000) << 16;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

// The exponent is put into place and the bits that half floats lack are rounded away, with the carry that makes ties even.
CK_DISPATCH
void ck_float_to_half(const float *x, uint16_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
        float value, small;
        memcpy(&value, &magnitude, sizeof value);
        // Below 2⁻¹⁴: adding 0.5 leaves the half's 10 bits, in steps of 2⁻²⁴, at the end of the number.
        small = value + 0.5f;
        uint32_t subnormal, normal;
        memcpy(&subnormal, &small, sizeof subnormal);
        subnormal -= 0x3f000000;
        normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - 0x38000000) >> 13;
        if (normal > 0x7bff || magnitude >= 0x47800000) normal = 0x7bff;
        uint32_t half = magnitude < 0x38800000 ? subnormal : normal;
        if (magnitude > 0x7f800000) half = 0x7e00;
        out[i] = (uint16_t)(sign | half);
    }
}
