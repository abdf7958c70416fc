#include "vectors.h"

#include <math.h>

#include "dispatch.h"

CK_DISPATCH
struct ck_range ck_range_with_zero(const float *x, size_t n) {
    CK_FUSE
    ck_lanes low[2] = {0}, high[2] = {0}, trouble[2] = {0};
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        for (size_t half = 0; half < 2; half++) {
            ck_lanes values = *(const ck_lanes *)(x + i + 16 * half);
            low[half] = CK_SMALLER(values, low[half]);
            high[half] = CK_LARGER(values, high[half]);
            trouble[half] += values * 0;
        }
    }
    struct ck_range range = {0, 0, 0};
    for (; i < n; i++) {
        range.low = CK_SMALLER(x[i], range.low);
        range.high = CK_LARGER(x[i], range.high);
        range.trouble += x[i] * 0;
    }
    low[0] = CK_SMALLER(low[1], low[0]);
    high[0] = CK_LARGER(high[1], high[0]);
    trouble[0] += trouble[1];
    for (size_t lane = 0; lane < 16; lane++) {
        range.low = CK_SMALLER(low[0][lane], range.low);
        range.high = CK_LARGER(high[0][lane], range.high);
        range.trouble += trouble[0][lane];
    }
    return range;
}

CK_DISPATCH
float ck_row_maximum(const float *x, size_t n) {
    float best = x[0];
    size_t i = 0;
    if (n >= 16) {
        ck_lanes lanes = *(const ck_lanes *)x;
        for (i = 16; i + 16 <= n; i += 16) {
            ck_lanes values = *(const ck_lanes *)(x + i);
            lanes = CK_LARGER(values, lanes);
        }
        for (size_t lane = 0; lane < 16; lane++) best = CK_LARGER(lanes[lane], best);
    }
    for (; i < n; i++) best = CK_LARGER(x[i], best);
    return best;
}
