// Linear layers in 8-bit integers: rows of activations become unsigned bytes with a scale and a zero point of their own,
// weights signed bytes with one scale for each output, and products are exact sums of 32 bits.
#include "CKernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "activations.h"
#include "dispatch.h"
#include "int8_matrix.h"
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
    return ck_panel_count(outputs) * ck_panel_quads(inputs) * 4 * CK_PANEL;
}

static size_t group_count(ck_instructions set, size_t rows) {
    return set == CK_AMX ? ck_matrix_pair_count(rows) : ck_group_count(rows);
}

static size_t group_start(ck_instructions set, size_t rows, size_t group) {
    return set == CK_AMX ? ck_smaller(2 * group * ck_matrix_height(rows), rows) : ck_group_start(rows, group);
}

static size_t row_size(ck_instructions set, size_t inputs) {
    return 4 * (set == CK_AMX ? ck_panel_quads(inputs) : ck_quad_count(inputs));
}

size_t ck_int8_rows_size(ck_instructions set, size_t rows, size_t inputs) {
    size_t padded = set == CK_AMX ? 2 * ck_matrix_pair_count(rows) * ck_matrix_height(rows) : rows;
    return padded * row_size(set, inputs);
}

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
    size_t size = ck_panel_quads(work->inputs) * 4 * CK_PANEL;
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
    ck_instructions set;
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

// One row of a tile of the matrix unit, from its first byte on.
CK_DISPATCH
static void quantise_tile_row(const float *x, size_t inputs, struct steps steps, size_t height, uint8_t *out) {
    for (; inputs >= 64; x += 64, inputs -= 64, out += 64 * height)
        for (size_t i = 0; i < 64; i += 16) quantise_lanes(x + i, steps.inverse, (float)steps.zero, out + i, 4);
    size_t whole = inputs / 16 * 16;
    for (size_t i = 0; i < whole; i += 16) quantise_lanes(x + i, steps.inverse, (float)steps.zero, out + i, 4);
    if (whole < inputs) quantise_rest(x + whole, inputs - whole, steps, out + whole, 4);
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
    size_t first = group_start(work->set, work->rows, group), end = group_start(work->set, work->rows, group + 1);
    size_t height = ck_matrix_height(work->rows);
    uint8_t *out = work->out + first * row_size(work->set, work->inputs);
    struct steps steps[CK_TILES];
    for (size_t row = first; row < end; row++) {
        const float *x = work->x + row * work->stride;
        size_t place = row - first;
        steps[place] = steps_of(x, work->inputs);
        work->scales[row] = steps[place].scale;
        work->zeros[row] = steps[place].zero;
        if (work->set == CK_AMX)
            quantise_tile_row(x, work->inputs, steps[place], height,
                              out + place / height * height * row_size(CK_AMX, work->inputs) + place % height * 64);
    }
    if (work->set != CK_AMX)
        quantise_rows(work->x + first * work->stride, work->stride, end - first, work->inputs, steps, out);
}

void ck_int8_quantise(ck_instructions set, const float *x, size_t stride, size_t rows, size_t inputs, uint8_t *out,
                      float *scales, int32_t *zeros) {
    struct quantising work = {set, x, stride, rows, inputs, out, scales, zeros};
    size_t groups = group_count(set, rows);
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

// out [rows, 32], `stride` floats between rows, = (sums − zero · weight sums) · scales + bias.
CK_DISPATCH
static void scale_sums(const struct product *work, size_t row, size_t rows, size_t column, const int32_t *sums, float *out,
                       size_t stride) {
    CK_FUSE
    const ck_int8_weights *w = work->weights;
    // Copies, which no store to `out` can change: they stay in registers.
    float scales[CK_PANEL], bias[CK_PANEL];
    int32_t totals[CK_PANEL];
    memcpy(scales, w->scales + column, sizeof scales);
    memcpy(bias, w->bias + column, sizeof bias);
    memcpy(totals, w->sums + column, sizeof totals);
    for (size_t r = 0; r < rows; r++) {
        float scale = work->x->scales[row + r], values[CK_PANEL];
        int32_t zero = work->x->zeros[row + r];
        for (size_t i = 0; i < CK_PANEL; i++)
            values[i] = (float)(sums[r * CK_PANEL + i] - zero * totals[i]) * (scale * scales[i]) + bias[i];
        memcpy(out + r * stride, values, sizeof values);
    }
}

CK_DISPATCH
static void add_rows(float *y, size_t stride, const float *x, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < columns; i++) y[r * stride + i] += x[r * CK_PANEL + i];
}

// y [rows, columns] = the sums as numbers, activated; or that added to y.
static void finish_tile(const struct product *work, size_t row, size_t rows, size_t column, const int32_t *sums) {
    size_t columns = ck_smaller(CK_PANEL, work->weights->outputs - column);
    float *y = work->y + row * work->stride + column;
    float values[CK_TILES * CK_PANEL] __attribute__((aligned(64)));
    int is_direct = columns == CK_PANEL && !work->is_adding;
    float *out = is_direct ? y : values;
    size_t stride = is_direct ? work->stride : CK_PANEL;
    scale_sums(work, row, rows, column, sums, out, stride);
    ck_activate_panel(work->activation, out, rows, stride);
    if (work->is_adding) add_rows(y, work->stride, values, rows, columns);
    else if (!is_direct)
        for (size_t r = 0; r < rows; r++)
            memcpy(y + r * work->stride, values + r * CK_PANEL, columns * sizeof *y);
}

// One block of rows and a few panels: panel by panel, so that a panel stays in the first-level cache.
static void multiply_block(void *context, size_t task, size_t participant) {
    (void)participant;
    const struct product *work = context;
    const ck_int8_weights *w = work->weights;
    size_t rows = work->x->rows, quads = ck_quad_count(w->inputs), size = ck_panel_quads(w->inputs) * 4 * CK_PANEL;
    struct ck_part part = ck_part_of(work->tasks, task);
    int32_t sums[CK_GROUP * CK_PANEL] __attribute__((aligned(64)));
    for (size_t p = part.first_panel; p < part.end_panel; p++) {
        const int8_t *panel = w->panels + p * size;
        // While the first two groups are worked on, the two halves of the next panel are fetched.
        const int8_t *next = panel + (p + 1 < work->tasks.panels ? size : 0);
        for (size_t group = part.first_group; group < part.end_group; group++) {
            size_t first = ck_group_start(rows, group), count = ck_group_start(rows, group + 1) - first;
            const uint8_t *a = work->x->bytes + first * quads * 4;
            size_t half = group - part.first_group;
            work->tile(count, a, panel, quads, sums, half < 2 ? next + half * quads * 64 : panel);
            finish_tile(work, first, count, p * CK_PANEL, sums);
        }
    }
}

// Sums that wait to become results while the matrix unit works on the next ones.
struct waiting {
    const struct product *work;
    size_t row, column;
    const int32_t *sums;
};

static void finish_waiting(void *context, size_t first, size_t end) {
    const struct waiting *sums = context;
    finish_tile(sums->work, sums->row + first, end - first, sums->column, sums->sums + first * CK_PANEL);
}

// out = two tiles of rows, which start at `first`, · panel.
static void multiply_pair(const ck_int8_rows *x, size_t first, size_t inputs, const int8_t *panel, int32_t *out,
                          const int8_t *next, const struct ck_meanwhile *meanwhile) {
    size_t height = ck_matrix_height(x->rows), size = row_size(CK_AMX, inputs);
    const uint8_t *tile = x->bytes + first * size;
    ck_matrix_multiply(height, tile, first + height < x->rows ? tile + height * size : NULL, panel, size / 64, out, next,
                       meanwhile);
}

// The same on the matrix unit, two tiles of rows at a time.
static void multiply_block_on_matrix(void *context, size_t task, size_t participant) {
    (void)participant;
    const struct product *work = context;
    const ck_int8_weights *w = work->weights;
    size_t rows = work->x->rows, size = ck_panel_quads(w->inputs) * 4 * CK_PANEL;
    struct ck_part part = ck_part_of(work->tasks, task);
    int32_t sums[2][CK_TILES * CK_PANEL] __attribute__((aligned(64)));
    struct waiting waiting = {work, 0, 0, sums[1]};
    struct ck_meanwhile meanwhile = {finish_waiting, &waiting, 0};
    ck_matrix_begin(ck_matrix_height(rows));
    for (size_t p = part.first_panel, turn = 0; p < part.end_panel; p++) {
        const int8_t *panel = w->panels + p * size;
        const int8_t *next = panel + (p + 1 < work->tasks.panels ? size : 0);
        for (size_t pair = part.first_group; pair < part.end_group; pair++, turn ^= 1) {
            size_t first = group_start(CK_AMX, rows, pair), half = pair - part.first_group;
            multiply_pair(work->x, first, w->inputs, panel, sums[turn], half < 2 ? next + half * size / 2 : panel,
                          &meanwhile);
            waiting = (struct waiting){work, first, p * CK_PANEL, sums[turn]};
            meanwhile.rows = group_start(CK_AMX, rows, pair + 1) - first;
        }
    }
    ck_matrix_end();
    finish_waiting(&waiting, 0, meanwhile.rows);
}

void ck_int8_linear(ck_instructions set, const ck_int8_rows *x, const ck_int8_weights *weights,
                    ck_activation activation, int is_adding, float *y, size_t stride) {
    struct ck_tasks tasks = ck_cut(group_count(set, x->rows), ck_int8_rows_size(set, x->rows, weights->inputs),
                                   ck_panel_count(weights->outputs));
    struct product work = {ck_int8_tile_of(set), x, weights, activation, is_adding, y, stride, tasks};
    ck_parallel(tasks.count, set == CK_AMX ? multiply_block_on_matrix : multiply_block, &work);
}

// out [count, 32] = the sums of one group of rows and one panel.
static void multiply_group(ck_instructions set, const ck_int8_rows *x, size_t group, const ck_int8_weights *w,
                           size_t p, int32_t *out) {
    const int8_t *panel = w->panels + p * ck_panel_quads(w->inputs) * 4 * CK_PANEL;
    size_t first = group_start(set, x->rows, group), end = group_start(set, x->rows, group + 1);
    if (set == CK_AMX) {
        ck_matrix_begin(ck_matrix_height(x->rows));
        multiply_pair(x, first, w->inputs, panel, out, panel, &(struct ck_meanwhile){0});
        ck_matrix_end();
    } else {
        size_t quads = ck_quad_count(w->inputs);
        ck_int8_tile_of(set)(end - first, x->bytes + first * quads * 4, panel, quads, out, panel);
    }
}

void ck_int8_product(ck_instructions set, const ck_int8_rows *x, const ck_int8_weights *weights, int32_t *out) {
    int32_t sums[CK_TILES * CK_PANEL];
    for (size_t group = 0; group < group_count(set, x->rows); group++) {
        size_t first = group_start(set, x->rows, group), end = group_start(set, x->rows, group + 1);
        for (size_t p = 0; p < ck_panel_count(weights->outputs); p++) {
            multiply_group(set, x, group, weights, p, sums);
            size_t columns = ck_smaller(CK_PANEL, weights->outputs - p * CK_PANEL);
            for (size_t row = first; row < end; row++)
                memcpy(out + row * weights->outputs + p * CK_PANEL, sums + (row - first) * CK_PANEL,
                       columns * sizeof *out);
        }
    }
}
