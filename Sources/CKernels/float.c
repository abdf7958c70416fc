// Linear layers in 32-bit floats over weights that are laid out once, when they are loaded: a library that takes them as they
// are lays them out again for every product, which at few rows is half of its time.
#include "CKernels.h"

#include <string.h>

#include "activations.h"
#include "dispatch.h"
#include "float_tiles.h"
#include "team.h"

// Depth of one step: a panel of it (32 KiB) stays in the first-level cache, or just behind it.
#define DEPTH 256
// Groups whose sums are kept between two steps.
#define GROUPS 24

size_t ck_float_panels_size(size_t outputs, size_t inputs) { return ck_panel_count(outputs) * inputs * CK_PANEL; }

struct packing {
    const float *source;
    size_t stride, rows, depth;
    float *out;
};

static void pack_panel(void *context, size_t panel, size_t participant) {
    (void)participant;
    const struct packing *work = context;
    float *out = work->out + panel * work->depth * CK_PANEL;
    for (size_t column = 0; column < CK_PANEL; column++) {
        size_t output = panel * CK_PANEL + column;
        const float *weights = work->source + output * work->stride;
        for (size_t k = 0; k < work->depth; k++)
            out[k * CK_PANEL + column] = output < work->rows ? weights[k] : 0;
    }
}

void ck_float_pack(const float *weight, size_t outputs, size_t inputs, float *panels) {
    struct packing work = {weight, inputs, outputs, inputs, panels};
    ck_parallel(ck_panel_count(outputs), pack_panel, &work);
}

// Sixteen columns of every row at a time, so that writing goes through the group from front to back.
static void pack_group(void *context, size_t group, size_t participant) {
    (void)participant;
    const struct packing *work = context;
    size_t first = ck_group_start(work->rows, group), rows = ck_group_start(work->rows, group + 1) - first;
    const float *source = work->source + first * work->stride;
    float *out = work->out + first * work->depth;
    for (size_t start = 0; start < work->depth; start += 16) {
        size_t end = ck_smaller(start + 16, work->depth);
        for (size_t row = 0; row < rows; row++)
            for (size_t k = start; k < end; k++) out[k * rows + row] = source[row * work->stride + k];
    }
}

void ck_float_arrange(const float *x, size_t stride, size_t rows, size_t inputs, float *out) {
    struct packing work = {x, stride, rows, inputs, out};
    ck_parallel(ck_group_count(rows), pack_group, &work);
}

struct product {
    ck_float_tile tile;
    size_t rows;
    const float *x;
    const ck_float_weights *weights;
    ck_activation activation;
    int is_adding;
    float *y;
    size_t stride;
    struct ck_tasks tasks;
};

// y [rows, columns] = activation(sums + bias), or += it.
CK_DISPATCH
static void finish_rows(const struct product *work, size_t row, size_t rows, size_t column, float *sums) {
    const ck_float_weights *w = work->weights;
    size_t columns = ck_smaller(CK_PANEL, w->outputs - column);
    for (size_t r = 0; r < rows; r++) {
        float *values = sums + r * CK_PANEL, *y = work->y + (row + r) * work->stride + column;
        for (size_t i = 0; i < CK_PANEL; i++) values[i] += w->bias[column + i];
        ck_activate_values(work->activation, values, CK_PANEL);
        if (work->is_adding) for (size_t i = 0; i < columns; i++) y[i] += values[i];
        else memcpy(y, values, columns * sizeof *y);
    }
}

// sums [rows of the groups, 32] = x · panel, step by step through the depth.
static void multiply_groups(const struct product *work, size_t group, size_t end, const float *panel, float *sums) {
    size_t inputs = work->weights->inputs, start = ck_group_start(work->rows, group);
    if (!inputs) memset(sums, 0, (ck_group_start(work->rows, end) - start) * CK_PANEL * sizeof *sums);
    for (size_t k = 0; k < inputs; k += DEPTH) {
        size_t depth = ck_smaller(DEPTH, inputs - k);
        for (size_t g = group; g < end; g++) {
            size_t first = ck_group_start(work->rows, g), rows = ck_group_start(work->rows, g + 1) - first;
            work->tile(rows, work->x + first * inputs + k * rows, rows, panel + k * CK_PANEL, CK_PANEL, depth,
                       sums + (first - start) * CK_PANEL, CK_PANEL, k > 0);
        }
    }
}

static void multiply_block(void *context, size_t task, size_t participant) {
    (void)participant;
    const struct product *work = context;
    struct ck_part part = ck_part_of(work->tasks, task);
    float sums[GROUPS * CK_GROUP * CK_PANEL] __attribute__((aligned(64)));
    for (size_t p = part.first_panel; p < part.end_panel; p++) {
        const float *panel = work->weights->panels + p * work->weights->inputs * CK_PANEL;
        for (size_t group = part.first_group; group < part.end_group; group += GROUPS) {
            size_t end = ck_smaller(group + GROUPS, part.end_group), row = ck_group_start(work->rows, group);
            multiply_groups(work, group, end, panel, sums);
            finish_rows(work, row, ck_group_start(work->rows, end) - row, p * CK_PANEL, sums);
        }
    }
}

void ck_float_linear(ck_instructions set, size_t rows, const float *x, const ck_float_weights *weights,
                     ck_activation activation, int is_adding, float *y, size_t stride) {
    struct ck_tasks tasks = ck_cut(ck_group_count(rows), rows * ck_smaller(weights->inputs, DEPTH) * sizeof(float),
                                   ck_panel_count(weights->outputs));
    struct product work = {ck_float_tile_of(set), rows, x, weights, activation, is_adding, y, stride, tasks};
    ck_parallel(tasks.count, multiply_block, &work);
}
