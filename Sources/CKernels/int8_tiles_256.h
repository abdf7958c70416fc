// Products of one group of bytes and one panel of bytes with vectors of 256 bits: types as ck_int8_tile in int8_tiles.h.
#ifndef ALERTD_CK_INT8_TILES_256_H
#define ALERTD_CK_INT8_TILES_256_H

#include "layout.h"

#if defined(__x86_64__)
void ck_int8_tile_avx2(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                       const int8_t *next);
// For processors with the dot products of bytes of AVX-VNNI.
void ck_int8_tile_avx_vnni(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                           const int8_t *next);
#endif

#endif
