#include "CPeaks.h"

#include <stdint.h>
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

#if defined(__linux__)
#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Four sums of 16 × 16 from four tiles that stay: 16 · 16 · 64 multiplications and additions each.
__attribute__((target("amx-tile,amx-int8"))) static double tiles(void) {
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } shape __attribute__((aligned(64)));
    memset(&shape, 0, sizeof shape);
    shape.palette = 1;
    for (int i = 0; i < 8; i++) {
        shape.bytes[i] = 64;
        shape.rows[i] = 16;
    }
    _tile_loadconfig(&shape);
    const long rounds = 5000000;
    double start = now();
    for (long round = 0; round < rounds; round++) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    double rate = (double)rounds * 4 * 2 * 16 * 16 * 64 / (now() - start) / 1e9;
    _tile_release();
    return rate;
}

double cp_tile_peak(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & 1 << 24) || !(d & 1 << 25)) return 0;
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0 ? tiles() : 0;
}
#else
double cp_tile_peak(void) { return 0; }
#endif
#else
double cp_float_peak(void) { return 0; }

double cp_tile_peak(void) { return 0; }

double cp_byte_peak(void) { return 0; }
#endif
