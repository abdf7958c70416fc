#include "int8_tiles.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "int8_matrix.h"
#include "int8_tiles_256.h"

static void portable_tile(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                          const int8_t *next) {
    (void)next;
    memset(out, 0, rows * CK_PANEL * sizeof *out);
    for (size_t quad = 0; quad < quads; quad++) {
        for (size_t row = 0; row < rows; row++) {
            const uint8_t *a = group + 4 * (quad * rows + row);
            const int8_t *b = panel + 4 * quad * CK_PANEL;
            int32_t *sums = out + row * CK_PANEL;
            for (size_t i = 0; i < CK_PANEL; i++)
                sums[i] += a[0] * b[4 * i] + a[1] * b[4 * i + 1] + a[2] * b[4 * i + 2] + a[3] * b[4 * i + 3];
        }
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define INLINE_FOR(features) static inline __attribute__((always_inline, target(features)))
#define VNNI "avx512f,avx512bw,avx512vl,avx512vnni"

INLINE_FOR("avx512f") int32_t word_at(const void *bytes) {
    int32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

// `rows` is a constant wherever this is inlined, so the sums live in registers.
INLINE_FOR(VNNI)
void vnni_rows(const size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
               const int8_t *next) {
    __m512i sums[CK_GROUP][2];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) sums[r][0] = sums[r][1] = _mm512_setzero_si512();
    for (size_t quad = 0; quad < quads; quad++) {
        __m512i left = _mm512_loadu_si512(panel), right = _mm512_loadu_si512(panel + 64);
        _mm_prefetch(next, _MM_HINT_T1);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < rows; r++) {
            __m512i a = _mm512_set1_epi32(word_at(group + 4 * r));
            sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], a, left);
            sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], a, right);
        }
        group += 4 * rows;
        panel += 4 * CK_PANEL;
        next += 64;
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
        _mm512_storeu_si512(out + r * CK_PANEL, sums[r][0]);
        _mm512_storeu_si512(out + r * CK_PANEL + 16, sums[r][1]);
    }
}

#define ROWS(n) case n: vnni_rows(n, group, panel, quads, out, next); break;
__attribute__((target(VNNI)))
static void vnni_tile(size_t rows, const uint8_t *group, const int8_t *panel, size_t quads, int32_t *out,
                      const int8_t *next) {
    switch (rows) {
        ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12)
    }
}
#endif

int ck_supports(ck_instructions set) {
    switch (set) {
    case CK_PORTABLE: return 1;
#if defined(__x86_64__)
    case CK_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CK_AVX_VNNI: return ck_supports(CK_AVX2) && __builtin_cpu_supports("avxvnni");
    case CK_AVX512: return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl") &&
                           __builtin_cpu_supports("avx512bw");
    case CK_AMX: return ck_supports(CK_AVX512) && ck_matrix_is_there();
#endif
    default: return 0;
    }
}

static pthread_once_t chosen = PTHREAD_ONCE_INIT;
static ck_instructions best;

static void choose(void) {
    static const char *const names[] = {"portable", "avx2", "avx_vnni", "avx512", "amx"};
    const char *most = getenv("ALERTD_INSTRUCTIONS");
    ck_instructions limit = CK_AMX;
    for (ck_instructions set = CK_PORTABLE; most && set <= CK_AMX; set++)
        if (strcmp(most, names[set]) == 0) limit = set;
    for (best = limit; best > CK_PORTABLE && !ck_supports(best);) best--;
}

ck_instructions ck_best_instructions(void) {
    pthread_once(&chosen, choose);
    return best;
}

ck_int8_tile ck_int8_tile_of(ck_instructions set) {
#if defined(__x86_64__)
    if (set >= CK_AVX512) return vnni_tile;
    if (set == CK_AVX_VNNI) return ck_int8_tile_avx_vnni;
    if (set == CK_AVX2) return ck_int8_tile_avx2;
#endif
    return portable_tile;
}
