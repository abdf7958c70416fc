// Products of bytes on the matrix unit of some x86-64 processors (AMX): tiles of up to 16 rows × 64 bytes of activations meet
// tiles of 64 bytes × 16 outputs of weights.
//
// Rows are cut into tiles of equal height, [K / 64][height][64] bytes each, and multiplied two tiles at a time; panels stay as
// layout.h says, two tiles beside each other.
#ifndef ALERTD_CK_INT8_MATRIX_H
#define ALERTD_CK_INT8_MATRIX_H

#include "layout.h"

// Rows of two tiles.
#define CK_TILES 32

static inline size_t ck_matrix_pair_count(size_t rows) { return (rows + CK_TILES - 1) / CK_TILES; }

// Rows of each tile, at most 16, when `rows` are spread evenly; the last tiles may hold fewer or none.
static inline size_t ck_matrix_height(size_t rows) {
    size_t tiles = rows <= CK_TILES / 2 ? 1 : 2 * ck_matrix_pair_count(rows);
    return (rows + tiles - 1) / tiles;
}

// Whether the processor has the unit and the system lets this process use it.
int ck_matrix_is_there(void);

// Before the first product of a task, and after its last one: other threads' tiles are not touched.
void ck_matrix_begin(size_t height);
void ck_matrix_end(void);

// What to do between the steps of a product: row `row` of `rows`, for the vector units are idle.
struct ck_meanwhile {
    void (*body)(void *context, size_t first, size_t end);
    void *context;
    size_t rows;
};

// out [2 · height, 32] = two tiles of `steps` · 64 bytes (`second` NULL: one) · panel, exactly. `next`, two tiles a step, will
// be needed soon.
void ck_matrix_multiply(size_t height, const uint8_t *first, const uint8_t *second, const int8_t *panel, size_t steps,
                        int32_t *out, const int8_t *next, const struct ck_meanwhile *meanwhile);

#endif
