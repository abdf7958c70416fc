#include "attention_matrix.h"

#include "int8_matrix.h"

// A tile of 16 rows holds 32 bfloat16 numbers a row; the right side of a product has the numbers of two depths side by side,
// [depth / 2][16 columns][2].
#define STEP 32

static size_t padded(size_t count) { return (count + STEP - 1) / STEP * STEP; }

// keys and values, bfloat16 [T padded, W padded] in tiles · queries, bfloat16 [32, W padded] · scores [32, T padded] · weights,
// bfloat16 [32, T padded] · mixed [32, W padded]
size_t ck_matrix_attention_scratch(size_t keys, size_t width) {
    size_t t = padded(keys), w = padded(width);
    return t * w + CK_TILES * (w / 2 + t + t / 2 + w) + 16;
}

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#define FEATURES "amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"
#define MATRIX __attribute__((target(FEATURES)))
#define INLINE static inline __attribute__((always_inline, target(FEATURES)))
#define TILE 512  // numbers of a tile

struct parts {
    uint16_t *keys, *values, *queries, *weights;
    float *scores, *mixed;
    size_t depth, steps;  // W and T, padded
};

static struct parts parts_of(const ck_attention *a, float *scratch) {
    struct parts parts = {.depth = padded(a->width), .steps = padded(a->keys)};
    parts.keys = (uint16_t *)scratch;
    parts.values = parts.keys + parts.steps * parts.depth;
    parts.queries = parts.values + parts.steps * parts.depth;
    parts.weights = parts.queries + CK_TILES * parts.depth;
    parts.scores = (float *)(parts.weights + CK_TILES * parts.steps);
    parts.mixed = parts.scores + CK_TILES * parts.steps;
    return parts;
}

INLINE __mmask16 mask_of(size_t count) { return count >= 16 ? 0xffff : (__mmask16)((1u << count) - 1); }

INLINE size_t beyond(size_t count, size_t start) { return count > start ? count - start : 0; }

// `count` numbers, at most 32, times `scale`, rounded; zeros after them.
INLINE __m512i rounded(const float *x, size_t count, float scale) {
    __m512 factor = _mm512_set1_ps(scale);
    __m512 low = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask_of(count), x), factor);
    __m512 high = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask_of(beyond(count, 16)), x + (count > 16 ? 16 : 0)), factor);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// Rows of different tokens lie on different pages: the same row of the next head is fetched while this one is arranged.
INLINE void fetch_next_head(const float *row, size_t width) {
    for (size_t i = 0; i < width; i += 16) _mm_prefetch(row + width + i, _MM_HINT_T0);
}

// Sixteen rows of sixteen words, transposed: pairs, quads, then the four quarters of a register.
INLINE void transpose(__m512i r[16]) {
    __m512i t[16];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 8; i++) {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) {
        r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
        r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
        r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0x88);
        t[4 + i] = _mm512_shuffle_i32x4(r[i], r[4 + i], 0xdd);
        t[8 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0x88);
        t[12 + i] = _mm512_shuffle_i32x4(r[8 + i], r[12 + i], 0xdd);
    }
#pragma clang loop unroll(full)
    for (size_t i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
        r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
        r[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
        r[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
    }
}

// k [T, W] → tiles of 16 keys and 32 depths, as the scores' right side.
MATRIX static void pack_keys(const ck_attention *a, const float *k, const struct parts *parts) {
    uint16_t *out = parts->keys;
    for (size_t key = 0; key < parts->steps; key += 16) {
        for (size_t row = key; row < key + 16 && row < a->keys; row++) fetch_next_head(k + row * a->key_stride, a->width);
        for (size_t start = 0; start < parts->depth; start += STEP, out += TILE) {
            __m512i rows[16];
#pragma clang loop unroll(full)
            for (size_t r = 0; r < 16; r++)
                rows[r] = key + r < a->keys ? rounded(k + (key + r) * a->key_stride + start, beyond(a->width, start), 1)
                                            : _mm512_setzero_si512();
            transpose(rows);
#pragma clang loop unroll(full)
            for (size_t r = 0; r < 16; r++) _mm512_store_si512(out + r * STEP, rows[r]);
        }
    }
}

INLINE __m512i wide(const ck_attention *a, const float *v, size_t key, size_t column) {
    if (key >= a->keys) return _mm512_setzero_si512();
    __m512 row = _mm512_maskz_loadu_ps(mask_of(beyond(a->width, column)), v + key * a->value_stride + column);
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(row));
}

// v [T, W] → tiles of 32 keys and 16 columns, as the mixture's right side.
MATRIX static void pack_values(const ck_attention *a, const float *v, const struct parts *parts) {
    uint16_t *out = parts->values;
    for (size_t key = 0; key < parts->steps; key += STEP) {
        for (size_t row = key; row < key + STEP && row < a->keys; row++)
            fetch_next_head(v + row * a->value_stride, a->width);
        for (size_t column = 0; column < parts->depth; column += 16)
            for (size_t pair = 0; pair < 16; pair++, out += STEP) {
                __m512i even = wide(a, v, key + 2 * pair, column), odd = wide(a, v, key + 2 * pair + 1, column);
                _mm512_store_si512(out, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
            }
    }
}

MATRIX static void pack_queries(const ck_attention *a, const float *q, size_t rows, const struct parts *parts) {
    for (size_t row = 0; row < rows; row++) {
        fetch_next_head(q + row * a->query_stride, a->width);
        for (size_t start = 0; start < parts->depth; start += STEP)
            _mm512_store_si512(parts->queries + row * parts->depth + start,
                               rounded(q + row * a->query_stride + start, beyond(a->width, start), a->scale));
    }
}

// Two tiles of rows, [rows][depth] each, times the columns of `right`: out [2 · height, columns], both multiples of 32.
// `right_step` numbers lie between its tiles of two depths, `right_beside` between those of two columns.
MATRIX
static void multiply(size_t height, const uint16_t *left, size_t depth, const uint16_t *right, size_t right_step,
                     size_t right_beside, float *out, size_t columns) {
    size_t row = 2 * depth, out_row = 4 * columns;
    for (size_t column = 0; column < columns; column += 32) {
        const uint16_t *first = right + column / 16 * right_beside, *second = first + right_beside;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        for (size_t k = 0; k < depth; k += STEP) {
            _tile_loadd(4, left + k, row);
            _tile_loadd(5, left + height * depth + k, row);
            _tile_loadd(6, first + k / STEP * right_step, 64);
            _tile_loadd(7, second + k / STEP * right_step, 64);
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
        _tile_stored(0, out + column, out_row);
        _tile_stored(1, out + column + 16, out_row);
        _tile_stored(2, out + height * columns + column, out_row);
        _tile_stored(3, out + height * columns + column + 16, out_row);
    }
}

// 2ˣ for x ≤ 0, off by 3e-6 of itself: far less than the rounding to bfloat16 that follows. The polynomial of degree 4 nearest
// to 2ʳ for |r| ≤ ½ (Remez). NaN stays NaN.
INLINE __m512 power_of_two(__m512 x) {
    x = _mm512_max_ps(_mm512_set1_ps(-126), x);
    __m512 n = _mm512_roundscale_ps(x, 0), r = _mm512_sub_ps(x, n);
    __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(9.5701019e-3f), r, _mm512_set1_ps(5.5917860e-2f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(2.4024745e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(6.9312181e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(9.9999926e-1f));
    return _mm512_scalef_ps(p, n);
}

// A row of scores [T padded] → weights, of which the first `seen` count; returns their sum.
MATRIX static float weigh(const float *scores, size_t seen, size_t steps, uint16_t *weights) {
    const __m512 log2e = _mm512_set1_ps(1.44269504f);
    __m512 largest = _mm512_set1_ps(-INFINITY), sum = _mm512_setzero_ps();
    for (size_t key = 0; key < seen; key += 16)
        largest = _mm512_mask_max_ps(largest, mask_of(seen - key), largest, _mm512_load_ps(scores + key));
    __m512 maximum = _mm512_mul_ps(_mm512_set1_ps(_mm512_reduce_max_ps(largest)), log2e);
    for (size_t key = 0; key < steps; key += 16) {
        __mmask16 mask = mask_of(beyond(seen, key));
        __m512 weight = _mm512_setzero_ps();
        if (mask)
            weight = _mm512_maskz_mov_ps(
                mask, power_of_two(_mm512_fmsub_ps(_mm512_load_ps(scores + key), log2e, maximum)));
        sum = _mm512_add_ps(sum, weight);
        _mm256_store_si256((__m256i *)(weights + key), (__m256i)_mm512_cvtneps_pbh(weight));
    }
    return _mm512_reduce_add_ps(sum);
}

MATRIX static void multiply_row(float *out, const float *x, size_t count, float factor) {
    for (size_t i = 0; i < count; i += 16) {
        __mmask16 mask = mask_of(count - i);
        _mm512_mask_storeu_ps(out + i, mask, _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), _mm512_set1_ps(factor)));
    }
}

void ck_matrix_attend(const ck_attention *a, const float *q, const float *k, const float *v, float *out,
                      float *scratch) {
    struct parts parts = parts_of(a, scratch);
    size_t height = ck_matrix_height(a->queries), tiles = parts.depth / STEP;
    pack_keys(a, k, &parts);
    pack_values(a, v, &parts);
    ck_matrix_begin(height);
    for (size_t query = 0; query < a->queries; query += 2 * height) {
        size_t rows = ck_smaller(2 * height, a->queries - query);
        float sums[CK_TILES];
        pack_queries(a, q + query * a->query_stride, rows, &parts);
        multiply(height, parts.queries, parts.depth, parts.keys, TILE, tiles * TILE, parts.scores, parts.steps);
        for (size_t row = 0; row < rows; row++) {
            size_t seen = a->is_causal ? a->keys - a->queries + query + row + 1 : a->keys;
            sums[row] = weigh(parts.scores + row * parts.steps, seen, parts.steps, parts.weights + row * parts.steps);
        }
        multiply(height, parts.weights, parts.steps, parts.values, 2 * tiles * TILE, TILE, parts.mixed, parts.depth);
        for (size_t row = 0; row < rows; row++)
            multiply_row(out + (query + row) * a->out_stride, parts.mixed + row * parts.depth, a->width, 1 / sums[row]);
    }
    ck_matrix_end();
}
#else
void ck_matrix_attend(const ck_attention *attention, const float *q, const float *k, const float *v, float *out,
                      float *scratch) {
    (void)attention, (void)q, (void)k, (void)v, (void)out, (void)scratch;
}
#endif
