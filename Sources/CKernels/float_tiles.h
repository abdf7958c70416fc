// Small products of floats, for attention.
#ifndef ALERTD_CK_FLOAT_TILES_H
#define ALERTD_CK_FLOAT_TILES_H

#include "layout.h"

// out [rows, 32], `out_step` floats between rows, = Σ over k < depth of a[k · a_step + row] · b[k · b_step + column], or
// with `is_adding` += it. rows is at most CK_GROUP.
typedef void (*ck_float_tile)(size_t rows, const float *a, size_t a_step, const float *b, size_t b_step, size_t depth,
                              float *out, size_t out_step, int is_adding);

// The tile of `set`, which this processor must support.
ck_float_tile ck_float_tile_of(ck_instructions set);

#endif
