// Products of stored rows of bytes with a few queries: what an exact scan of a past day consists of.
#include "CKernels.h"

#include <string.h>

#include "dispatch.h"

// One row with one query. 16-bit products summed in pairs are what the vector units have (pmaddwd and its kin).
CK_DISPATCH
static int32_t product(const int8_t *row, const int16_t *query, size_t width) {
    int32_t total = 0;
    for (size_t i = 0; i < width; i++) total += (int32_t)row[i] * (int32_t)query[i];
    return total;
}

// Several queries: rows are widened to 16 bits once, a few rows and a strip of columns at a time, so that they stay in the
// nearest cache while every query is multiplied with them.
enum { ROWS = 4, STRIP = 512 };

// out [rows, count] += the products of widened rows [ROWS, STRIP] with `count` queries, over `columns` of each.
CK_DISPATCH
static void add_strip(size_t rows, const int16_t *widened, size_t columns, const int16_t *queries, size_t width,
                      size_t count, int32_t *out) {
    for (size_t query = 0; query < count; query++) {
        const int16_t *q = queries + query * width;
        for (size_t row = 0; row < rows; row++) {
            const int16_t *values = widened + row * STRIP;
            int32_t total = 0;
            for (size_t i = 0; i < columns; i++) total += (int32_t)values[i] * (int32_t)q[i];
            out[row * count + query] += total;
        }
    }
}

CK_DISPATCH
static void widen(const int8_t *row, size_t columns, int16_t *out) {
    for (size_t i = 0; i < columns; i++) out[i] = row[i];
}

#if defined(__x86_64__)
#include <immintrin.h>

#define INLINE_FOR(features) static inline __attribute__((always_inline, target(features)))
#define VNNI "avx512f,avx512bw,avx512vl,avx512vnni"

// Asks the memory for the four rows that come eight behind row r: stored days are mapped files, in whose small pages the processor
// sees no more ahead than the end of one.
static inline __attribute__((always_inline)) void fetch(const int8_t *base, const uint64_t *offsets, size_t r, size_t rows,
                                                        size_t width) {
    for (size_t ahead = r + 8; ahead < r + 12 && ahead < rows; ahead++)
        for (size_t i = 0; i < width; i += 64) __builtin_prefetch(base + offsets[ahead] + i);
}

// `rows` rows with `some` queries, straight from the bytes; constants wherever this is inlined, so that the sums live in
// registers: twelve of the sixteen at most.
INLINE_FOR("avx2")
void avx2_tile(const size_t rows, const size_t some, const int8_t *base, const uint64_t *offsets, size_t width,
               const int16_t *queries, size_t count, int32_t *out) {
    __m256i sums[4][6];
    const int8_t *row[4];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        row[r] = base + offsets[r];
#pragma clang loop unroll(full)
        for (size_t query = 0; query < some; query++) sums[r][query] = _mm256_setzero_si256();
    }
    size_t i = 0;
    for (; i + 16 <= width; i += 16) {
        __m256i values[4];
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++)
            values[r] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(row[r] + i)));
#pragma clang loop unroll(full)
        for (size_t query = 0; query < some; query++) {
            __m256i q = _mm256_loadu_si256((const __m256i *)(queries + query * width + i));
#pragma clang loop unroll(full)
            for (size_t r = 0; r < rows; r++)
                sums[r][query] = _mm256_add_epi32(sums[r][query], _mm256_madd_epi16(values[r], q));
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (size_t query = 0; query < some; query++) {
            __m256i sum = sums[r][query];
            __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
            half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
            half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
            int32_t total = _mm_cvtsi128_si32(half);
            for (size_t k = i; k < width; k++) total += (int32_t)row[r][k] * (int32_t)queries[query * width + k];
            out[r * count + query] = total;
        }
    }
}

// One query: four rows share its loads.
__attribute__((target("avx2")))
static void avx2_single(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width, const int16_t *query,
                        int32_t *out) {
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) {
        fetch(base, offsets, r, rows, width);
        avx2_tile(4, 1, base, offsets + r, width, query, 1, out + r);
    }
    for (; r < rows; r++) avx2_tile(1, 1, base, offsets + r, width, query, 1, out + r);
}

// `rows` rows with all queries.
INLINE_FOR("avx2")
void avx2_rows(const size_t rows, const int8_t *base, const uint64_t *offsets, size_t width, const int16_t *queries,
               size_t count, int32_t *out) {
    size_t query = 0;
    for (; query + 6 <= count; query += 6)
        avx2_tile(rows, 6, base, offsets, width, queries + query * width, count, out + query);
    for (; query + 2 <= count; query += 2)
        avx2_tile(rows, 2, base, offsets, width, queries + query * width, count, out + query);
    if (query < count) avx2_tile(rows, 1, base, offsets, width, queries + query * width, count, out + query);
}

__attribute__((target("avx2")))
static void avx2_several(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width, const int16_t *queries,
                         size_t count, int32_t *out) {
    size_t r = 0;
    for (; r + 2 <= rows; r += 2) avx2_rows(2, base, offsets + r, width, queries, count, out + r * count);
    if (r < rows) avx2_rows(1, base, offsets + r, width, queries, count, out + r * count);
}

// The sums of the lanes of four vectors.
INLINE_FOR(VNNI)
__m128i sums_of_lanes(__m512i a, __m512i b, __m512i c, __m512i d) {
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

// As avx2_tile; 24 of the 32 registers are sums at most.
INLINE_FOR(VNNI)
void vnni_tile(const size_t rows, const size_t some, const int8_t *base, const uint64_t *offsets, size_t width,
               const int16_t *queries, size_t count, int32_t *out) {
    __m512i sums[4][6];
    const int8_t *row[4];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < 4; r++) {
        row[r] = base + offsets[r < rows ? r : 0];
#pragma clang loop unroll(full)
        for (size_t query = 0; query < some; query++) sums[r][query] = _mm512_setzero_si512();
    }
    for (size_t i = 0; i < width; i += 32) {
        __mmask32 mask = width - i >= 32 ? ~(__mmask32)0 : ((__mmask32)1 << (width - i)) - 1;
        __m512i values[4];
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) values[r] = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, row[r] + i));
#pragma clang loop unroll(full)
        for (size_t query = 0; query < some; query++) {
            __m512i q = _mm512_maskz_loadu_epi16(mask, queries + query * width + i);
#pragma clang loop unroll(full)
            for (size_t r = 0; r < rows; r++) sums[r][query] = _mm512_dpwssd_epi32(sums[r][query], values[r], q);
        }
    }
#pragma clang loop unroll(full)
    for (size_t query = 0; query < some; query++) {
        int32_t totals[4];
        __m128i four = sums_of_lanes(sums[0][query], sums[1][query], sums[2][query], sums[3][query]);
        _mm_storeu_si128((__m128i *)totals, four);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) out[r * count + query] = totals[r];
    }
}

// `rows` rows with all queries.
INLINE_FOR(VNNI)
void vnni_rows(const size_t rows, const int8_t *base, const uint64_t *offsets, size_t width, const int16_t *queries,
               size_t count, int32_t *out) {
    size_t query = 0;
    for (; query + 6 <= count; query += 6)
        vnni_tile(rows, 6, base, offsets, width, queries + query * width, count, out + query);
    for (; query + 2 <= count; query += 2)
        vnni_tile(rows, 2, base, offsets, width, queries + query * width, count, out + query);
    if (query < count) vnni_tile(rows, 1, base, offsets, width, queries + query * width, count, out + query);
}

__attribute__((target(VNNI)))
static void vnni_products(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width, const int16_t *queries,
                          size_t count, int32_t *out) {
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) {
        fetch(base, offsets, r, rows, width);
        vnni_rows(4, base, offsets + r, width, queries, count, out + r * count);
    }
    for (; r < rows; r++) vnni_rows(1, base, offsets + r, width, queries, count, out + r * count);
}

static int has_vnni(void) {
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
#endif

// Without vector instructions that are known here: rows widened, a strip of columns at a time.
static void strips(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width,
                   const int16_t *queries, size_t count, int32_t *out) {
    _Alignas(64) int16_t widened[ROWS * STRIP];
    memset(out, 0, rows * count * sizeof *out);
    for (size_t first = 0; first < rows; first += ROWS) {
        size_t some = rows - first < ROWS ? rows - first : ROWS;
        for (size_t column = 0; column < width; column += STRIP) {
            size_t columns = width - column < STRIP ? width - column : STRIP;
            for (size_t row = 0; row < some; row++)
                widen(base + offsets[first + row] + column, columns, widened + row * STRIP);
            add_strip(some, widened, columns, queries + column, width, count, out + first * count);
        }
    }
}

void ck_byte_products(const int8_t *base, const uint64_t *offsets, size_t rows, size_t width, const int16_t *queries,
                      size_t count, int32_t *out) {
#if defined(__x86_64__)
    if (has_vnni()) {
        vnni_products(base, offsets, rows, width, queries, count, out);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        if (count == 1) {
            avx2_single(base, offsets, rows, width, queries, out);
        } else {
            avx2_several(base, offsets, rows, width, queries, count, out);
        }
        return;
    }
#endif
    if (count == 1) {
        for (size_t row = 0; row < rows; row++) out[row] = product(base + offsets[row], queries, width);
        return;
    }
    strips(base, offsets, rows, width, queries, count, out);
}
