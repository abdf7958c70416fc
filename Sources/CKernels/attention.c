// softmax(q kᵀ / √K) v without the matrix of all scores: 32 queries meet 256 keys at a time, and the sums so far are
// rescaled when a larger score turns up (Milakov & Gimelshein 2018, "Online normalizer calculation for softmax"; Dao et
// al. 2022, algorithm 1).
//
// Scores are kept transposed, [keys][32 queries], so that maxima and sums run down columns: sixteen queries to a vector.
#include "CKernels.h"

#include <math.h>
#include <string.h>

#include "attention_matrix.h"
#include "dispatch.h"
#include "exponential.h"
#include "float_tiles.h"

#define QUERIES CK_PANEL
#define KEYS 256

static size_t padded(size_t width) { return ck_panel_count(width) * CK_PANEL; }

// keys [T, K] in groups · values [T, K padded] · queries [K, 32] · scores [256, 32] · mixed [32, K padded]
size_t ck_attention_scratch(ck_instructions set, size_t keys, size_t width) {
    if (set == CK_AMX) return ck_matrix_attention_scratch(keys, width);
    return keys * (width + padded(width)) + QUERIES * (width + KEYS + padded(width)) + 16;
}

struct block {
    float maximum[QUERIES], sum[QUERIES], rescale[QUERIES];
};

// Raises the maxima over scores [keys][32]; `rescale` becomes what the sums so far are multiplied by.
CK_DISPATCH
static void raise_maxima(struct block *state, const float *scores, size_t keys) {
    for (size_t half = 0; half < QUERIES; half += 16) {
        float before[16], largest[16];
        memcpy(before, state->maximum + half, sizeof before);
        memcpy(largest, before, sizeof largest);
        for (size_t key = 0; key < keys; key++)
            for (size_t i = 0; i < 16; i++) {
                float score = scores[key * QUERIES + half + i];
                largest[i] = score > largest[i] ? score : largest[i];
            }
        for (size_t i = 0; i < 16; i++) state->rescale[half + i] = ck_exponential(before[i] - largest[i]);
        memcpy(state->maximum + half, largest, sizeof largest);
    }
}

// Scores [keys][32] → their weights, added up. Query i does not see the keys after `last` + i.
CK_DISPATCH
static void weigh(struct block *state, float *scores, size_t keys, int64_t last) {
    CK_FUSE
    for (size_t half = 0; half < QUERIES; half += 16) {
        float sum[16], largest[16];
        memcpy(largest, state->maximum + half, sizeof largest);
        for (size_t i = 0; i < 16; i++) sum[i] = state->sum[half + i] * state->rescale[half + i];
        for (size_t key = 0; key < keys; key++)
            for (size_t i = 0; i < 16; i++) {
                float *score = scores + key * QUERIES + half + i;
                float weight = ck_exponential(*score - largest[i]);
                weight = (int32_t)key > (int32_t)last + (int32_t)(half + i) ? 0 : weight;
                *score = weight;
                sum[i] += weight;
            }
        memcpy(state->sum + half, sum, sizeof sum);
    }
}

// Scores that a query may not see must not raise its maximum.
static void hide(float *scores, size_t keys, int64_t last) {
    for (int64_t key = last + 1 > 0 ? last + 1 : 0; key < (int64_t)keys; key++)
        for (int64_t i = 0; i < QUERIES && last + i < key; i++) scores[key * QUERIES + i] = -INFINITY;
}

CK_DISPATCH
static void multiply_row(float *out, const float *x, size_t n, float factor) {
    for (size_t i = 0; i < n; i++) out[i] = x[i] * factor;
}

struct attending {
    ck_instructions set;
    const ck_attention *a;
    ck_float_tile tile;
    float *scratch;
    size_t scratchEach;
};

struct parts {
    float *keys, *values, *queries, *scores, *mixed;
};

static struct parts parts_of(const struct attending *work, size_t participant) {
    const ck_attention *a = work->a;
    struct parts parts;
    parts.scores = work->scratch + participant * work->scratchEach;
    parts.queries = parts.scores + KEYS * QUERIES;
    parts.mixed = parts.queries + a->width * QUERIES;
    parts.values = parts.mixed + QUERIES * padded(a->width);
    parts.keys = parts.values + a->keys * padded(a->width);
    return parts;
}

// keys [T, K] → groups of rows, [K][rows] each, as the scores' left side.
static void pack_keys(const ck_attention *a, const float *source, float *out) {
    for (size_t group = 0; group < ck_group_count(a->keys); group++) {
        size_t first = ck_group_start(a->keys, group), rows = ck_group_start(a->keys, group + 1) - first;
        for (size_t row = 0; row < rows; row++)
            for (size_t k = 0; k < a->width; k++)
                out[first * a->width + k * rows + row] = source[(first + row) * a->key_stride + k];
    }
}

static void pack_values(const ck_attention *a, const float *source, float *out) {
    size_t width = padded(a->width);
    for (size_t row = 0; row < a->keys; row++) {
        memcpy(out + row * width, source + row * a->value_stride, a->width * sizeof *out);
        memset(out + row * width + a->width, 0, (width - a->width) * sizeof *out);
    }
}

// queries [rows, K] → scale · themselves, [K][32].
static void pack_queries(const ck_attention *a, const float *source, size_t rows, float *out) {
    if (rows < QUERIES) memset(out, 0, a->width * QUERIES * sizeof *out);
    for (size_t row = 0; row < rows; row++)
        for (size_t k = 0; k < a->width; k++) out[k * QUERIES + row] = a->scale * source[row * a->query_stride + k];
}

// scores [keys][32] for the keys from `first` on, which starts a group.
static void score_keys(const struct attending *work, const struct parts *parts, size_t firstGroup, size_t endGroup) {
    const ck_attention *a = work->a;
    float *scores = parts->scores;
    for (size_t group = firstGroup; group < endGroup; group++) {
        size_t first = ck_group_start(a->keys, group), rows = ck_group_start(a->keys, group + 1) - first;
        work->tile(rows, parts->keys + first * a->width, rows, parts->queries, QUERIES, a->width, scores, QUERIES, 0);
        scores += rows * QUERIES;
    }
}

// mixed [rows, K padded] += weights [keys][32]ᵀ · values [keys, K padded].
static void mix_values(const struct attending *work, const struct parts *parts, size_t rows, size_t first, size_t keys) {
    size_t width = padded(work->a->width);
    for (size_t group = 0; group < ck_group_count(rows); group++) {
        size_t row = ck_group_start(rows, group), count = ck_group_start(rows, group + 1) - row;
        for (size_t column = 0; column < width; column += CK_PANEL)
            work->tile(count, parts->scores + row, QUERIES, parts->values + first * width + column, width, keys,
                       parts->mixed + row * width + column, width, 1);
    }
}

static void attend_block(const struct attending *work, const struct parts *parts, size_t query, size_t rows, float *out) {
    const ck_attention *a = work->a;
    size_t width = padded(a->width), groups = ck_group_count(a->keys);
    // The last key that the first query of the block sees.
    int64_t last = a->is_causal ? (int64_t)(a->keys + query) - (int64_t)a->queries : (int64_t)a->keys;
    struct block state;
    for (size_t i = 0; i < QUERIES; i++) state.maximum[i] = -INFINITY;
    memset(state.sum, 0, sizeof state.sum);
    memset(parts->mixed, 0, rows * width * sizeof *parts->mixed);
    for (size_t group = 0; group < groups;) {
        size_t first = ck_group_start(a->keys, group), end = group;
        if ((int64_t)first > last + QUERIES - 1) break;
        while (end < groups && ck_group_start(a->keys, end + 1) - first <= KEYS) end++;
        size_t keys = ck_group_start(a->keys, end) - first;
        score_keys(work, parts, group, end);
        int64_t seen = last - (int64_t)first;
        if (seen < (int64_t)keys) hide(parts->scores, keys, seen);
        raise_maxima(&state, parts->scores, keys);
        weigh(&state, parts->scores, keys, seen < KEYS ? seen : KEYS);
        if (first > 0)
            for (size_t row = 0; row < rows; row++)
                multiply_row(parts->mixed + row * width, parts->mixed + row * width, width, state.rescale[row]);
        mix_values(work, parts, rows, first, keys);
        group = end;
    }
    for (size_t row = 0; row < rows; row++)
        multiply_row(out + row * a->out_stride, parts->mixed + row * width, a->width, 1 / state.sum[row]);
}

// One head of one sequence.
static void attend_head(void *context, size_t item, size_t participant) {
    const struct attending *work = context;
    const ck_attention *a = work->a;
    size_t sequence = item / a->heads, head = item % a->heads, column = head * a->width;
    size_t key_column = head / (a->heads / a->key_heads) * a->width;
    const float *q = a->q + sequence * a->queries * a->query_stride + column;
    const float *k = a->k + sequence * a->keys * a->key_stride + key_column;
    const float *v = a->v + sequence * a->keys * a->value_stride + key_column;
    float *out = a->out + sequence * a->queries * a->out_stride + column;
    if (work->set == CK_AMX) {
        ck_matrix_attend(a, q, k, v, out, work->scratch + participant * work->scratchEach);
        return;
    }
    struct parts parts = parts_of(work, participant);
    pack_keys(a, k, parts.keys);
    pack_values(a, v, parts.values);
    for (size_t query = 0; query < a->queries; query += QUERIES) {
        size_t rows = ck_smaller(QUERIES, a->queries - query);
        pack_queries(a, q + query * a->query_stride, rows, parts.queries);
        attend_block(work, &parts, query, rows, out + query * a->out_stride);
    }
}

void ck_attend(ck_instructions set, const ck_attention *attention, float *scratch) {
    struct attending work = {set, attention, ck_float_tile_of(set), scratch,
                             ck_attention_scratch(set, attention->keys, attention->width) / 16 * 16};
    ck_parallel(attention->sequences * attention->heads, attend_head, &work);
}
