#include "float_tiles.h"

// One kernel for each width of register: ROWS × (VECTORS · LANES) sums are held in registers while k runs.
#define DEFINE_ROWS(NAME, TARGET, LANES, VECTORS, ROWS)                                                                \
    typedef float NAME##_lanes __attribute__((ext_vector_type(LANES), aligned(4)));                                    \
    static inline __attribute__((always_inline)) TARGET void NAME##_rows(                                              \
        const size_t rows, const float *a, size_t a_step, const float *b, size_t b_step, size_t depth, float *out,     \
        size_t out_step, int is_adding) {                                                                              \
        _Pragma("clang fp contract(fast)")                                                                             \
        NAME##_lanes sums[ROWS][VECTORS];                                                                              \
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)                                           \
            _Pragma("clang loop unroll(full)") for (size_t v = 0; v < VECTORS; v++)                                    \
                if (is_adding) sums[r][v] = *(const NAME##_lanes *)(out + r * out_step + v * LANES);                   \
                else sums[r][v] = 0;                                                                                   \
        for (size_t k = 0; k < depth; k++) {                                                                           \
            NAME##_lanes right[VECTORS];                                                                               \
            _Pragma("clang loop unroll(full)") for (size_t v = 0; v < VECTORS; v++)                                    \
                right[v] = *(const NAME##_lanes *)(b + v * LANES);                                                     \
            _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)                                       \
                _Pragma("clang loop unroll(full)") for (size_t v = 0; v < VECTORS; v++)                                \
                    sums[r][v] += a[r] * right[v];                                                                     \
            a += a_step;                                                                                               \
            b += b_step;                                                                                               \
        }                                                                                                              \
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)                                           \
            _Pragma("clang loop unroll(full)") for (size_t v = 0; v < VECTORS; v++)                                    \
                *(NAME##_lanes *)(out + r * out_step + v * LANES) = sums[r][v];                                        \
    }

#define CALL(NAME, n) case n: NAME##_rows(n, a, a_step, b, b_step, depth, out, out_step, is_adding); break;
#define DEFINE_CHOICE(NAME, TARGET, CASES)                                                                                    \
    static inline __attribute__((always_inline)) TARGET void NAME##_choose(                                            \
        size_t rows, const float *a, size_t a_step, const float *b, size_t b_step, size_t depth, float *out,           \
        size_t out_step, int is_adding) {                                                                              \
        switch (rows) { CASES }                                                                                        \
    }
#define DEFINE_TILE(NAME, TARGET, LANES, VECTORS, ROWS)                                                                \
    TARGET static void NAME##_tile(size_t rows, const float *a, size_t a_step, const float *b, size_t b_step,          \
                                   size_t depth, float *out, size_t out_step, int is_adding) {                         \
        for (size_t row = 0; row < rows; row += ROWS)                                                                  \
            for (size_t column = 0; column < CK_PANEL; column += VECTORS * LANES)                                      \
                NAME##_choose(ck_smaller(rows - row, ROWS), a + row, a_step, b + column, b_step, depth,                \
                              out + row * out_step + column, out_step, is_adding);                                     \
    }

#define TARGET_PORTABLE
DEFINE_ROWS(portable, TARGET_PORTABLE, 4, 2, 4)
DEFINE_CHOICE(portable, TARGET_PORTABLE, CALL(portable, 1) CALL(portable, 2) CALL(portable, 3) CALL(portable, 4))
DEFINE_TILE(portable, TARGET_PORTABLE, 4, 2, 4)

#if defined(__x86_64__)
#define TARGET_AVX2 __attribute__((target("avx2,fma")))
DEFINE_ROWS(avx2, TARGET_AVX2, 8, 2, 6)
DEFINE_CHOICE(avx2, TARGET_AVX2,
              CALL(avx2, 1) CALL(avx2, 2) CALL(avx2, 3) CALL(avx2, 4) CALL(avx2, 5) CALL(avx2, 6))
DEFINE_TILE(avx2, TARGET_AVX2, 8, 2, 6)

#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
DEFINE_ROWS(avx512, TARGET_AVX512, 16, 2, 12)
DEFINE_CHOICE(avx512, TARGET_AVX512,
              CALL(avx512, 1) CALL(avx512, 2) CALL(avx512, 3) CALL(avx512, 4) CALL(avx512, 5) CALL(avx512, 6)
              CALL(avx512, 7) CALL(avx512, 8) CALL(avx512, 9) CALL(avx512, 10) CALL(avx512, 11) CALL(avx512, 12))
DEFINE_TILE(avx512, TARGET_AVX512, 16, 2, 12)
#endif

ck_float_tile ck_float_tile_of(ck_instructions set) {
#if defined(__x86_64__)
    if (set >= CK_AVX512) return avx512_tile;
    if (set >= CK_AVX2) return avx2_tile;
#endif
    return portable_tile;
}
