// Products of stored rows of bytes with a few queries: what an exact scan of a past day consists of.
#include "CKernels.h"

#include "dispatch.h"

// One row with one query. 16-bit products summed in pairs are what the vector units have (pmaddwd and its kin).
CK_DISPATCH
static int32_t product(const int8_t *row, const int16_t *query, size_t width) {
    int32_t total = 0;
    for (size_t i = 0; i < width; i++) total += (int32_t)row[i] * (int32_t)query[i];
    return total;
}

// One row with four queries, so that the row is widened once.
CK_DISPATCH
static void four_products(const int8_t *row, const int16_t *queries, size_t width, int32_t *out) {
    const int16_t *a = queries, *b = a + width, *c = b + width, *d = c + width;
    int32_t totals[4] = {0, 0, 0, 0};
    for (size_t i = 0; i < width; i++) {
        int32_t value = row[i];
        totals[0] += value * (int32_t)a[i];
        totals[1] += value * (int32_t)b[i];
        totals[2] += value * (int32_t)c[i];
        totals[3] += value * (int32_t)d[i];
    }
    for (size_t query = 0; query < 4; query++) out[query] = totals[query];
}

void ck_byte_products(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width, const int16_t *queries,
                      size_t count, int32_t *out) {
    for (size_t row = 0; row < rows; row++) {
        const int8_t *values = base + offsets[row];
        size_t query = 0;
        for (; query + 4 <= count; query += 4) {
            four_products(values, queries + query * width, width, out + row * count + query);
        }
        for (; query < count; query++) out[row * count + query] = product(values, queries + query * width, width);
    }
}
