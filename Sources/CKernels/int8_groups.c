// Linear layers in 8-bit integers whose weights have a scale for each group of inputs: large values of one input coarsen only
// the group they stand in. The products are those of int8.c, group by group; sums of groups are floats.
#include "CKernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "activations.h"
#include "dispatch.h"
#include "int8_tiles.h"
#include "team.h"
#include "vectors.h"

#define GROUP_QUADS (CK_INT8_GROUP / 4)

static inline size_t group_count(size_t inputs) { return (inputs + CK_INT8_GROUP - 1) / CK_INT8_GROUP; }

size_t ck_int8_groups(size_t inputs) { return group_count(inputs); }

struct packing {
    const float *weight;
    size_t outputs, inputs;
    int8_t *panels;
    float *scales, *totals;
};

// One group of one output → bytes in −127…127; returns the scale and adds scale · Σ bytes to the total.
static float pack_group(const float *weight, size_t count, int8_t *panel, float *total) {
    struct ck_range range = ck_range_with_zero(weight, count);
    float largest = range.high > -range.low ? range.high : -range.low;
    float scale = largest / 127 >= FLT_MIN ? largest / 127 : 0, inverse = scale > 0 ? 1 / scale : 0;
    int32_t sum = 0;
    for (size_t k = 0; k < count; k++) {
        int32_t value = (int32_t)lrintf(weight[k] * inverse);
        sum += value;
        panel[k / 4 * 4 * CK_PANEL + k % 4] = (int8_t)value;
    }
    *total += scale * (float)sum;
    return scale;
}

static void pack_panel(void *context, size_t panel, size_t participant) {
    (void)participant;
    struct packing *work = context;
    size_t size = ck_panel_quads(work->inputs) * 4 * CK_PANEL, groups = group_count(work->inputs);
    int8_t *target = work->panels + panel * size;
    float *scales = work->scales + panel * groups * CK_PANEL, *totals = work->totals + panel * CK_PANEL;
    memset(target, 0, size);
    memset(scales, 0, groups * CK_PANEL * sizeof *scales);
    memset(totals, 0, CK_PANEL * sizeof *totals);
    for (size_t column = 0; column < CK_PANEL && panel * CK_PANEL + column < work->outputs; column++) {
        const float *row = work->weight + (panel * CK_PANEL + column) * work->inputs;
        for (size_t g = 0; g < groups; g++) {
            size_t first = g * CK_INT8_GROUP, count = ck_smaller(CK_INT8_GROUP, work->inputs - first);
            scales[g * CK_PANEL + column] =
                pack_group(row + first, count, target + first * CK_PANEL + 4 * column, &totals[column]);
        }
    }
}

void ck_int8_groups_pack(const float *weight, size_t outputs, size_t inputs, int8_t *panels, float *scales,
                         float *totals) {
    struct packing work = {weight, outputs, inputs, panels, scales, totals};
    ck_parallel(ck_panel_count(outputs), pack_panel, &work);
}

struct product {
    ck_int8_tile tile;
    const ck_int8_rows *x;
    const ck_int8_grouped_weights *weights;
    ck_activation activation;
    int is_adding;
    float *y;
    size_t stride;
    struct ck_tasks tasks;
};

// values [rows, 32] += sums · scales.
CK_DISPATCH
static void add_group(float *values, const int32_t *sums, const float *scales, size_t rows) {
    CK_FUSE
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < CK_PANEL; i++)
            values[r * CK_PANEL + i] += (float)sums[r * CK_PANEL + i] * scales[i];
}

// y = (values − zero · totals) · row scale + bias, activated; or that added to y.
CK_DISPATCH
static void finish_tile(const struct product *work, size_t row, size_t rows, size_t column, float *values) {
    CK_FUSE
    const ck_int8_grouped_weights *w = work->weights;
    size_t columns = ck_smaller(CK_PANEL, w->outputs - column);
    for (size_t r = 0; r < rows; r++, values += CK_PANEL) {
        float scale = work->x->scales[row + r], zero = (float)work->x->zeros[row + r];
        float *y = work->y + (row + r) * work->stride + column;
        for (size_t i = 0; i < CK_PANEL; i++)
            values[i] = (values[i] - zero * w->totals[column + i]) * scale + w->bias[column + i];
        ck_activate_values(work->activation, values, CK_PANEL);
        if (work->is_adding) for (size_t i = 0; i < columns; i++) y[i] += values[i];
        else memcpy(y, values, columns * sizeof *y);
    }
}

static void multiply_block(void *context, size_t task, size_t participant) {
    (void)participant;
    const struct product *work = context;
    const ck_int8_grouped_weights *w = work->weights;
    size_t rows = work->x->rows, quads = ck_quad_count(w->inputs), size = ck_panel_quads(w->inputs) * 4 * CK_PANEL;
    size_t groups = group_count(w->inputs);
    struct ck_part part = ck_part_of(work->tasks, task);
    int32_t sums[CK_GROUP * CK_PANEL] __attribute__((aligned(64)));
    float values[CK_GROUP * CK_PANEL] __attribute__((aligned(64)));
    for (size_t p = part.first_panel; p < part.end_panel; p++) {
        const int8_t *panel = w->panels + p * size;
        const int8_t *next = panel + (p + 1 < work->tasks.panels ? size : 0);
        for (size_t block = part.first_group; block < part.end_group; block++) {
            size_t first = ck_group_start(rows, block), count = ck_group_start(rows, block + 1) - first;
            const uint8_t *a = work->x->bytes + first * quads * 4;
            memset(values, 0, count * CK_PANEL * sizeof *values);
            for (size_t g = 0; g < groups; g++) {
                size_t start = g * GROUP_QUADS, length = ck_smaller(GROUP_QUADS, quads - start);
                work->tile(count, a + start * 4 * count, panel + start * 4 * CK_PANEL, length, sums,
                           next + start * 4 * CK_PANEL);
                add_group(values, sums, w->scales + (p * groups + g) * CK_PANEL, count);
            }
            finish_tile(work, first, count, p * CK_PANEL, values);
        }
    }
}

void ck_int8_grouped_linear(ck_instructions set, const ck_int8_rows *x, const ck_int8_grouped_weights *weights,
                            ck_activation activation, int is_adding, float *y, size_t stride) {
    struct ck_tasks tasks = ck_cut(ck_group_count(x->rows), x->rows * ck_quad_count(weights->inputs) * 4,
                                   ck_panel_count(weights->outputs));
    struct product work = {ck_int8_tile_of(set), x, weights, activation, is_adding, y, stride, tasks};
    ck_parallel(tasks.count, multiply_block, &work);
}
