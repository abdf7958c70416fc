// Linear layers in 8-bit integers: rows of activations become unsigned bytes with a scale and a zero point of their own,
// weights signed bytes with one scale for each output, and products are exact sums of 32 bits.
#include "CKernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "activations.h"
#include "dispatch.h"
#include "int8_tiles.h"
#include "team.h"
#include "vectors.h"

// Adding 1.5·2²³ rounds to the nearest integer, ties to even, and leaves it in the low bits of the number.
static inline __attribute__((always_inline)) int32_t rounded(float x) {
    float shifted = x + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits - 0x4b400000;
}

size_t ck_int8_panels_size(size_t outputs, size_t inputs) {
    return ck_panel_count(outputs) * ck_quad_count(inputs) * 4 * CK_PANEL;
}

size_t ck_int8_rows_size(size_t rows, size_t inputs) { return rows * ck_quad_count(inputs) * 4; }

// One output's weights → bytes in −127…127; returns the scale and the sum of the bytes.
static float pack_output(const float *weight, size_t inputs, int8_t *panel, int32_t *sum) {
    struct ck_range range = ck_range_with_zero(weight, inputs);
    float largest = range.high > -range.low ? range.high : -range.low;
    float scale = largest / 127 >= FLT_MIN ? largest / 127 : 0;
    float inverse = scale > 0 ? 1 / scale : 0;
    *sum = 0;
    for (size_t k = 0; k < inputs; k++) {
        int32_t value = rounded(weight[k] * inverse);
        *sum += value;
        panel[k / 4 * 4 * CK_PANEL + k % 4] = (int8_t)value;
    }
    return scale;
}

struct packing {
    const float *weight;
    size_t outputs, inputs;
    int8_t *panels;
    float *scales;
    int32_t *sums;
};

static void pack_panel(void *context, size_t panel, size_t participant) {
    (void)participant;
    struct packing *work = context;
    size_t size = ck_quad_count(work->inputs) * 4 * CK_PANEL;
    int8_t *target = work->panels + panel * size;
    memset(target, 0, size);
    for (size_t column = 0; column < CK_PANEL; column++) {
        size_t output = panel * CK_PANEL + column;
        int is_there = output < work->outputs;
        work->sums[output] = 0;
        work->scales[output] = is_there ? pack_output(work->weight + output * work->inputs, work->inputs,
                                                     target + 4 * column, &work->sums[output]) : 0;
    }
}

void ck_int8_pack(const float *weight, size_t outputs, size_t inputs, int8_t *panels, float *scales, int32_t *sums) {
    struct packing work = {weight, outputs, inputs, panels, scales, sums};
    ck_parallel(ck_panel_count(outputs), pack_panel, &work);
}

struct quantising {
    const float *x;
    size_t stride, rows, inputs;
    uint8_t *out;
    float *scales;
    int32_t *zeros;
};

// Sixteen values → four words at out, out + step, …
static inline __attribute__((always_inline))
void quantise_lanes(const float *x, float inverse, float zero, uint8_t *out, size_t step) {
    _Pragma("clang fp contract(off)")  // the same bytes on every processor
    const ck_lanes lowest = 0, highest = 255;
    ck_lanes value = *(const ck_lanes *)x * inverse + zero;
    value = CK_LARGER(value, lowest);
    value = CK_SMALLER(value, highest);
    value += 12582912.0f;
    ck_whole_lanes whole;
    memcpy(&whole, &value, sizeof whole);
    ck_byte_lanes bytes = __builtin_convertvector(whole & 0xff, ck_byte_lanes);
    uint32_t words[4];
    memcpy(words, &bytes, sizeof words);
    for (size_t i = 0; i < 4; i++) memcpy(out + i * step, &words[i], 4);
}

// Scale, its inverse and zero point of one row. A row with NaN or infinity gets the scale NaN, and so does its result.
struct steps {
    float scale, inverse;
    int32_t zero;
};

static struct steps steps_of(const float *x, size_t inputs) {
    struct ck_range range = ck_range_with_zero(x, inputs);
    float scale = range.high / 255 - range.low / 255;
    if (scale < FLT_MIN) scale = 0;
    struct steps steps = {scale + range.trouble, scale > 0 ? 1 / scale : 0, 0};
    if (scale > 0) steps.zero = rounded(-range.low / scale);
    return steps;
}

// The last columns of a row, fewer than sixteen, with zeros up to a whole word.
static void quantise_rest(const float *x, size_t count, struct steps steps, uint8_t *out, size_t step) {
    float values[16] = {0};
    uint8_t words[16];
    memcpy(values, x, count * sizeof *x);
    quantise_lanes(values, steps.inverse, (float)steps.zero, words, 4);
    memset(words + count, 0, 16 - count);
    for (size_t byte = 0; byte < count; byte += 4, out += step) memcpy(out, words + byte, 4);
}

// Rows side by side, sixteen columns at a time, so that writing goes through the group from front to back.
CK_DISPATCH
static void quantise_rows(const float *x, size_t stride, size_t rows, size_t inputs, const struct steps *steps,
                          uint8_t *out) {
    size_t whole = inputs / 16 * 16, step = 4 * rows;
    for (size_t i = 0; i < whole; i += 16, out += 4 * step)
        for (size_t row = 0; row < rows; row++)
            quantise_lanes(x + row * stride + i, steps[row].inverse, (float)steps[row].zero, out + 4 * row, step);
    if (whole == inputs) return;
    for (size_t row = 0; row < rows; row++)
        quantise_rest(x + row * stride + whole, inputs - whole, steps[row], out + 4 * row, step);
}

static void quantise_group(void *context, size_t group, size_t participant) {
    (void)participant;
    struct quantising *work = context;
    size_t first = ck_group_start(work->rows, group), rows = ck_group_start(work->rows, group + 1) - first;
    struct steps steps[CK_GROUP];
    for (size_t row = 0; row < rows; row++) {
        steps[row] = steps_of(work->x + (first + row) * work->stride, work->inputs);
        work->scales[first + row] = steps[row].scale;
        work->zeros[first + row] = steps[row].zero;
    }
    quantise_rows(work->x + first * work->stride, work->stride, rows, work->inputs, steps,
                  work->out + ck_int8_rows_size(first, work->inputs));
}

void ck_int8_quantise(const float *x, size_t stride, size_t rows, size_t inputs, uint8_t *out, float *scales,
                      int32_t *zeros) {
    struct quantising work = {x, stride, rows, inputs, out, scales, zeros};
    size_t groups = ck_group_count(rows);
    if (rows * inputs >= CK_SHARED_VALUES) ck_parallel(groups, quantise_group, &work);
    else for (size_t group = 0; group < groups; group++) quantise_group(&work, group, 0);
}

struct product {
    ck_int8_tile tile;
    const ck_int8_rows *x;
    const ck_int8_weights *weights;
    ck_activation activation;
    int is_adding;
    float *y;
    size_t stride;
    struct ck_tasks tasks;
};

// y [rows, columns] = (sums − zero · weight sums) · scales + bias, activated; or that added to y.
CK_DISPATCH
static void finish_tile(const struct product *work, size_t row, size_t rows, size_t column, const int32_t *sums) {
    CK_FUSE
    const ck_int8_weights *w = work->weights;
    size_t columns = ck_smaller(CK_PANEL, w->outputs - column);
    const float *scales = w->scales + column;
    const int32_t *totals = w->sums + column;
    for (size_t r = 0; r < rows; r++) {
        float scale = work->x->scales[row + r], values[CK_PANEL];
        int32_t zero = work->x->zeros[row + r];
        float *y = work->y + (row + r) * work->stride + column;
        for (size_t i = 0; i < CK_PANEL; i++)
            values[i] = (float)(sums[r * CK_PANEL + i] - zero * totals[i]) * (scale * scales[i]) + w->bias[column + i];
        ck_activate_values(work->activation, values, CK_PANEL);
        if (work->is_adding) for (size_t i = 0; i < columns; i++) y[i] += values[i];
        else if (columns == CK_PANEL) memcpy(y, values, sizeof values);
        else memcpy(y, values, columns * sizeof *y);
    }
}

// One block of rows and a few panels: panel by panel, so that a panel stays in the first-level cache.
static void multiply_block(void *context, size_t task, size_t participant) {
    (void)participant;
    const struct product *work = context;
    const ck_int8_weights *w = work->weights;
    size_t rows = work->x->rows, quads = ck_quad_count(w->inputs), panels = ck_panel_count(w->outputs);
    struct ck_part part = ck_part_of(work->tasks, task, rows, panels);
    int32_t sums[CK_GROUP * CK_PANEL] __attribute__((aligned(64)));
    for (size_t p = part.first_panel; p < part.end_panel; p++) {
        const int8_t *panel = w->panels + p * quads * 4 * CK_PANEL;
        // While the first two groups are worked on, the two halves of the next panel are fetched.
        const int8_t *next = panel + (p + 1 < panels ? quads * 4 * CK_PANEL : 0);
        for (size_t group = part.first_group; group < part.end_group; group++) {
            size_t first = ck_group_start(rows, group), count = ck_group_start(rows, group + 1) - first;
            const uint8_t *a = work->x->bytes + first * quads * 4;
            size_t half = group - part.first_group;
            work->tile(count, a, panel, quads, sums, half < 2 ? next + half * quads * 64 : panel);
            finish_tile(work, first, count, p * CK_PANEL, sums);
        }
    }
}

void ck_int8_linear(ck_instructions set, const ck_int8_rows *x, const ck_int8_weights *weights,
                    ck_activation activation, int is_adding, float *y, size_t stride) {
    size_t panels = ck_panel_count(weights->outputs);
    struct ck_tasks tasks = ck_cut(x->rows, ck_quad_count(weights->inputs) * 4, panels);
    struct product work = {ck_int8_tile_of(set), x, weights, activation, is_adding, y, stride, tasks};
    ck_parallel(tasks.count, multiply_block, &work);
}

void ck_int8_product(ck_instructions set, size_t rows, const uint8_t *bytes, const ck_int8_weights *weights,
                     int32_t *out) {
    size_t quads = ck_quad_count(weights->inputs), panels = ck_panel_count(weights->outputs);
    int32_t sums[CK_GROUP * CK_PANEL];
    for (size_t group = 0; group < ck_group_count(rows); group++) {
        size_t first = ck_group_start(rows, group), count = ck_group_start(rows, group + 1) - first;
        for (size_t p = 0; p < panels; p++) {
            const int8_t *panel = weights->panels + p * quads * 4 * CK_PANEL;
            ck_int8_tile_of(set)(count, bytes + first * quads * 4, panel, quads, sums, panel);
            size_t columns = ck_smaller(CK_PANEL, weights->outputs - p * CK_PANEL);
            for (size_t r = 0; r < count; r++)
                memcpy(out + (first + r) * weights->outputs + p * CK_PANEL, sums + r * CK_PANEL, columns * sizeof *out);
        }
    }
}
