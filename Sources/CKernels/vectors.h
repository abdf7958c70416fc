// Reductions over a row with 16 partial results, which a plain loop does not get: a compiler may not reorder maxima of
// floats by itself, because of NaN.
#ifndef ALERTD_CK_VECTORS_H
#define ALERTD_CK_VECTORS_H

#include <stddef.h>
#include <stdint.h>

typedef float ck_lanes __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t ck_whole_lanes __attribute__((ext_vector_type(16), aligned(4)));
typedef uint8_t ck_byte_lanes __attribute__((ext_vector_type(16), aligned(1)));

// Lane by lane the larger and the smaller; `kept` where `x` is NaN.
#define CK_LARGER(x, kept) ((x) > (kept) ? (x) : (kept))
#define CK_SMALLER(x, kept) ((x) < (kept) ? (x) : (kept))

// The smallest and largest of some values and 0, NaN left out; `trouble` is NaN when a value is NaN or infinite, else 0.
struct ck_range {
    float low, high, trouble;
};

struct ck_range ck_range_with_zero(const float *x, size_t n);

// The largest of n ≥ 1 values, NaN left out.
float ck_row_maximum(const float *x, size_t n);

#endif
