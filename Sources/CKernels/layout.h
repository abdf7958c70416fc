// How matrices are cut for the product kernels. A product's left side, rows of activations, is cut into groups of at
// most 12 rows; its right side, columns of weights, into panels of 32. Both store the depth K in steps of one 32-bit
// word (a float, or four bytes), so that a step is: for each row of the group one broadcast word, times 32 words.
//
//   group  [K'][rows of the group]     panel  [K'][32]     K' words of depth
//
// 12 × 32 is what 24 of AVX-512's 32 registers hold.
#ifndef ALERTD_CK_LAYOUT_H
#define ALERTD_CK_LAYOUT_H

#include "CKernels.h"

#define CK_GROUP 12
#define CK_PANEL 32

static inline size_t ck_group_count(size_t rows) { return (rows + CK_GROUP - 1) / CK_GROUP; }

// The first row of group `group` when `rows` are spread evenly; of group `ck_group_count(rows)`: `rows`.
static inline size_t ck_group_start(size_t rows, size_t group) { return group * rows / ck_group_count(rows); }

static inline size_t ck_panel_count(size_t columns) { return (columns + CK_PANEL - 1) / CK_PANEL; }

// Words of four bytes that hold a row of `depth` bytes.
static inline size_t ck_quad_count(size_t depth) { return (depth + 3) / 4; }

static inline size_t ck_smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
