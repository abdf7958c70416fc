#include "int8_tiles_256.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define INLINE_FOR(features) static inline __attribute__((always_inline, target(features)))

// Rows whose sums fit into 16 registers.
#define ROWS 6

#define EACH_ROWS(call) \
    case 1: call(1); break; \
    case 2: call(2); break; \
    case 3: call(3); break; \
    case 4: call(4); break; \
    case 5: call(5); break; \
    default: call(6); break;

// MARK: AVX2

// The byte product of AVX2 (vpmaddubsw) saturates at 16 bits, so bytes are widened first: those of the rows once for all
// columns, this many words of depth at a time, so that they stay in the first-level cache.
#define WIDE_QUADS 128

INLINE_FOR("avx2") int64_t four_at(const int16_t *values) {
    int64_t four;
    memcpy(&four, values, sizeof four);
    return four;
}

// out += widened rows · panel, 8 columns at a time; a sum stays split in two, [columns][2], until the end. `rows` is a
// constant wherever this is inlined, so the sums live in registers; `step` rows lie side by side.
INLINE_FOR("avx2")
void avx2_rows(const size_t rows, size_t step, const int16_t *wide, const int8_t *panel, size_t quads, int32_t *out) {
    for (size_t column = 0; column < CK_PANEL; column += 8) {
        __m256i sums[ROWS][2];
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) sums[r][0] = sums[r][1] = _mm256_setzero_si256();
        const int16_t *a = wide;
        const int8_t *b = panel + 4 * column;
        for (size_t quad = 0; quad < quads; quad++) {
            __m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)b));
            __m256i high = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(b + 16)));
#pragma clang loop unroll(full)
            for (size_t r = 0; r < rows; r++) {
                __m256i four = _mm256_set1_epi64x(four_at(a + 4 * r));
                sums[r][0] = _mm256_add_epi32(sums[r][0], _mm256_madd_epi16(four, low));
                sums[r][1] = _mm256_add_epi32(sums[r][1], _mm256_madd_epi16(four, high));
            }
            a += 4 * step;
            b += 4 * CK_PANEL;
        }
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            __m256i pairs = _mm256_hadd_epi32(sums[r][0], sums[r][1]);  // columns 0 1 4 5 | 2 3 6 7
            __m256i *target = (__m256i *)(out + r * CK_PANEL + column);
            _mm256_storeu_si256(target, _mm256_add_epi32(_mm256_loadu_si256(target),
                                                         _mm256_permute4x64_epi64(pairs, 0xd8)));
        }
    }
}

// Bytes of weights that are fetched ahead of a single row, which does nothing but wait for them.
#define AHEAD 6144

// The same for one row and all columns at once, so that the panel is read from front to back.
INLINE_FOR("avx2")
void avx2_row(const int16_t *wide, const int8_t *panel, size_t quads, int32_t *out) {
    __m256i sums[CK_PANEL / 8][2];
#pragma clang loop unroll(full)
    for (size_t c = 0; c < CK_PANEL / 8; c++) sums[c][0] = sums[c][1] = _mm256_setzero_si256();
    for (size_t quad = 0; quad < quads; quad++, panel += 4 * CK_PANEL) {
        __m256i four = _mm256_set1_epi64x(four_at(wide + 4 * quad));
        _mm_prefetch((const char *)panel + AHEAD, _MM_HINT_T0);
        _mm_prefetch((const char *)panel + AHEAD + 64, _MM_HINT_T0);
#pragma clang loop unroll(full)
        for (size_t c = 0; c < CK_PANEL / 8; c++) {
            const int8_t *b = panel + 32 * c;
            __m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)b));
            __m256i high = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(b + 16)));
            sums[c][0] = _mm256_add_epi32(sums[c][0], _mm256_madd_epi16(four, low));
            sums[c][1] = _mm256_add_epi32(sums[c][1], _mm256_madd_epi16(four, high));
        }
    }
#pragma clang loop unroll(full)
    for (size_t c = 0; c < CK_PANEL / 8; c++) {
        __m256i pairs = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums[c][0], sums[c][1]), 0xd8);
        __m256i *target = (__m256i *)(out + 8 * c);
        _mm256_storeu_si256(target, _mm256_add_epi32(_mm256_loadu_si256(target), pairs));
    }
}

INLINE_FOR("avx2") void widen(const uint8_t *bytes, size_t count, int16_t *out) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        _mm256_store_si256((__m256i *)(out + i), _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(bytes + i))));
    for (; i < count; i++) out[i] = bytes[i];
}

__attribute__((target("avx2")))
void ck_int8_tile_avx2(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                       const int8_t *next) {
    (void)next;
    int16_t wide[WIDE_QUADS * CK_GROUP * 4] __attribute__((aligned(64)));
    memset(out, 0, rows * CK_PANEL * sizeof *out);
    for (size_t start = 0; start < quads; start += WIDE_QUADS) {
        size_t depth = ck_smaller(WIDE_QUADS, quads - start);
        widen(group + 4 * rows * start, 4 * rows * depth, wide);
        if (rows == 1) {
            avx2_row(wide, panel + 4 * CK_PANEL * start, depth, out);
            continue;
        }
        for (size_t first = 0; first < rows; first += ROWS) {
            switch (ck_smaller(rows - first, ROWS)) {
#define CALL(n) avx2_rows(n, rows, wide + 4 * first, panel + 4 * CK_PANEL * start, depth, out + first * CK_PANEL)
                EACH_ROWS(CALL)
#undef CALL
            }
        }
    }
}

// MARK: AVX-VNNI

INLINE_FOR("avx2") int32_t word_at(const uint8_t *bytes) {
    int32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

// out = rows · panel, 16 columns at a time.
INLINE_FOR("avx2,avxvnni")
void avx_vnni_rows(const size_t rows, size_t step, const uint8_t *group, const int8_t *panel, size_t quads,
                   int32_t *out) {
    for (size_t column = 0; column < CK_PANEL; column += 16) {
        __m256i sums[ROWS][2];
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) sums[r][0] = sums[r][1] = _mm256_setzero_si256();
        const uint8_t *a = group;
        const int8_t *b = panel + 4 * column;
        for (size_t quad = 0; quad < quads; quad++) {
            __m256i left = _mm256_loadu_si256((const __m256i *)b), right = _mm256_loadu_si256((const __m256i *)(b + 32));
#pragma clang loop unroll(full)
            for (size_t r = 0; r < rows; r++) {
                __m256i word = _mm256_set1_epi32(word_at(a + 4 * r));
                sums[r][0] = _mm256_dpbusd_avx_epi32(sums[r][0], word, left);
                sums[r][1] = _mm256_dpbusd_avx_epi32(sums[r][1], word, right);
            }
            a += 4 * step;
            b += 4 * CK_PANEL;
        }
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            _mm256_storeu_si256((__m256i *)(out + r * CK_PANEL + column), sums[r][0]);
            _mm256_storeu_si256((__m256i *)(out + r * CK_PANEL + column + 8), sums[r][1]);
        }
    }
}

__attribute__((target("avx2,avxvnni")))
void ck_int8_tile_avx_vnni(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                           const int8_t *next) {
    (void)next;
    for (size_t first = 0; first < rows; first += ROWS) {
        switch (ck_smaller(rows - first, ROWS)) {
#define CALL(n) avx_vnni_rows(n, rows, group + 4 * first, panel, quads, out + first * CK_PANEL)
            EACH_ROWS(CALL)
#undef CALL
        }
    }
}
#endif
