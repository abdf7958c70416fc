#include "CPeaks.h"

#include <time.h>

#define SUMS 16
#define ROUNDS 20000000L

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

#if defined(__x86_64__)
#include <immintrin.h>

// The empty asm statement makes every sum count as used, so that no round is folded into another.
#define DEFINE_PEAK(NAME, FEATURES, TYPE, START, STEP, CONSTRAINT, OPERATIONS)                                         \
    __attribute__((target(FEATURES))) static double NAME(void) {                                                       \
        TYPE sums[SUMS], a = START, b = START;                                                                         \
        for (int i = 0; i < SUMS; i++) sums[i] = START;                                                                \
        double start = now();                                                                                          \
        for (long round = 0; round < ROUNDS; round++) {                                                                \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < SUMS; i++) {                                        \
                sums[i] = STEP(sums[i], a, b);                                                                         \
                __asm__ volatile("" : "+" CONSTRAINT(sums[i]));                                                        \
            }                                                                                                          \
        }                                                                                                              \
        return (double)ROUNDS * SUMS * OPERATIONS / (now() - start) / 1e9;                                             \
    }

#define MULTIPLY_512(sum, a, b) _mm512_fmadd_ps(a, b, sum)
#define MULTIPLY_256(sum, a, b) _mm256_fmadd_ps(a, b, sum)
DEFINE_PEAK(floats_512, "avx512f", __m512, _mm512_set1_ps(1e-9f), MULTIPLY_512, "v", 32)
DEFINE_PEAK(floats_256, "avx2,fma", __m256, _mm256_set1_ps(1e-9f), MULTIPLY_256, "x", 16)
DEFINE_PEAK(bytes_512, "avx512f,avx512vnni", __m512i, _mm512_set1_epi8(1), _mm512_dpbusd_epi32, "v", 128)

double cp_float_peak(void) {
    if (__builtin_cpu_supports("avx512f")) return floats_512();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? floats_256() : 0;
}

double cp_byte_peak(void) { return __builtin_cpu_supports("avx512vnni") ? bytes_512() : 0; }
#else
double cp_float_peak(void) { return 0; }

double cp_byte_peak(void) { return 0; }
#endif
