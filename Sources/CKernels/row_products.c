// Products of a few rows with many: what looking into a bank of encodings consists of. A general matrix product would first
// copy the bank into another order, which costs more than the product.
#include "CKernels.h"

#include "dispatch.h"
#include "vectors.h"

typedef float halves __attribute__((ext_vector_type(8)));
typedef float quarters __attribute__((ext_vector_type(4)));

CK_DISPATCH
void ck_row_products(const float *x, size_t rows, const float *bank, size_t count, size_t width, float *out) {
    CK_FUSE
    for (size_t j = 0; j < count; j++) {
        const float *b = bank + j * width;
        for (size_t i = 0; i < rows; i++) {
            const float *a = x + i * width;
            // The same order for every pair, so that a · b and b · a are equal to the bit wherever they stand.
            ck_lanes first = {0}, second = {0};
            size_t k = 0;
            for (; k + 32 <= width; k += 32) {
                first += *(const ck_lanes *)(a + k) * *(const ck_lanes *)(b + k);
                second += *(const ck_lanes *)(a + k + 16) * *(const ck_lanes *)(b + k + 16);
            }
            first += second;
            halves eight = first.lo + first.hi;
            quarters four = eight.lo + eight.hi;
            float total = (four.x + four.z) + (four.y + four.w);
            for (; k < width; k++) total += a[k] * b[k];
            out[i * count + j] = total;
        }
    }
}
