// Products of one group of bytes and one panel of bytes, for each instruction set.
#ifndef ALERTD_CK_INT8_TILES_H
#define ALERTD_CK_INT8_TILES_H

#include "layout.h"

// out [rows, 32] = group [quads][rows] of 4 unsigned bytes · panel [quads][32] of 4 signed bytes, exactly. `next` is
// memory that will be needed soon: 64 bytes of it are prefetched for each quad.
typedef void (*ck_int8_tile)(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                             const int8_t *next);

// The tile of `set`, which this processor must support.
ck_int8_tile ck_int8_tile_of(ck_instructions set);

#endif
