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

// Words of four bytes from one panel of bytes to the next: whole tiles of the matrix unit, the last words 0.
static inline size_t ck_panel_quads(size_t depth) { return (depth + 63) / 64 * 16; }

static inline size_t ck_smaller(size_t a, size_t b) { return a < b ? a : b; }

// How one product is cut into tasks: blocks of groups of rows that stay in a core's second-level cache (384 KiB of them) beside
// a panel of weights, times ranges of panels, some eight tasks for each thread, so that one that is held up does not hold up
// the others. Tasks of one block of rows follow each other.
struct ck_tasks {
    size_t groups, panels, block_groups, panels_each, count;
};

// `bytes`: of all rows.
static inline struct ck_tasks ck_cut(size_t groups, size_t bytes, size_t panels) {
    if (!groups || !panels) return (struct ck_tasks){groups, panels, 0, 0, 0};
    // A single group of very long rows may exceed the cache.
    size_t blocks = ck_smaller(1 + bytes / (384 * 1024), groups);
    size_t block_groups = (groups + blocks - 1) / blocks;
    blocks = (groups + block_groups - 1) / block_groups;
    size_t each = ck_smaller(panels * blocks / (ck_participants() * 8), panels);
    if (!each) each = 1;
    return (struct ck_tasks){groups, panels, block_groups, each, blocks * ((panels + each - 1) / each)};
}

// The groups and panels of one task.
struct ck_part {
    size_t first_group, end_group, first_panel, end_panel;
};

static inline struct ck_part ck_part_of(struct ck_tasks tasks, size_t task) {
    size_t pieces = (tasks.panels + tasks.panels_each - 1) / tasks.panels_each;
    size_t group = task / pieces * tasks.block_groups, panel = task % pieces * tasks.panels_each;
    return (struct ck_part){group, ck_smaller(group + tasks.block_groups, tasks.groups), panel,
                            ck_smaller(panel + tasks.panels_each, tasks.panels)};
}

#endif
