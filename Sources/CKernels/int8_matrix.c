#define _GNU_SOURCE
#include "int8_matrix.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MATRIX __attribute__((target("amx-tile,amx-int8,avx512f")))

// Linux gives a process the tiles' registers when it asks (Documentation/arch/x86/xstate.rst).
#define REQUEST_PERMISSION 0x1023
#define TILE_DATA 18

// With bytes and bfloat16, as every processor that has tiles.
static int is_permitted(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    int has_tiles = (d >> 22 & 1) && (d >> 24 & 1) && (d >> 25 & 1);
    if (!has_tiles || !__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a >> 5 & 1)) return 0;
    return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

int ck_matrix_is_there(void) {
    // 0 not asked yet · 1 no · 2 yes; threads that ask at the same time get the same answer.
    static _Atomic int answer;
    int known = atomic_load_explicit(&answer, memory_order_relaxed);
    if (!known) atomic_store_explicit(&answer, known = 1 + is_permitted(), memory_order_relaxed);
    return known == 2;
}

// Tiles 0–3 hold sums, 4 and 5 rows, 6 and 7 weights.
MATRIX void ck_matrix_begin(size_t height) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } shape = {.palette = 1};
    for (size_t tile = 0; tile < 8; tile++) {
        shape.row_bytes[tile] = 64;
        shape.rows[tile] = (uint8_t)(tile < 6 ? height : 16);
    }
    _tile_loadconfig(&shape);
}

MATRIX void ck_matrix_end(void) { _tile_release(); }

#define PANEL_ROW (4 * CK_PANEL)

// One tile of rows: `tile` and `left`, `right` are constants.
#define MULTIPLY(rows, tile, left, right)                                                                              \
    _tile_loadd(tile, rows + step * height * 64, 64);                                                                  \
    _tile_dpbusd(left, tile, 6);                                                                                       \
    _tile_dpbusd(right, tile, 7)

MATRIX
void ck_matrix_multiply(size_t height, const uint8_t *first, const uint8_t *second, const int8_t *panel, size_t steps,
                        int32_t *out, const int8_t *next, const struct ck_meanwhile *meanwhile) {
    // Every second step: few enough rows that the unit does not wait for them, enough to be worth a call.
    size_t done = 0, each = (2 * meanwhile->rows + steps) / (steps + 1);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t step = 0; step < steps; step++) {
        _tile_loadd(6, panel + step * 16 * PANEL_ROW, PANEL_ROW);
        _tile_loadd(7, panel + step * 16 * PANEL_ROW + 64, PANEL_ROW);
        MULTIPLY(first, 4, 0, 1);
        if (second) {
            MULTIPLY(second, 5, 2, 3);
        }
        for (size_t line = 0; line < 16; line++) _mm_prefetch(next + (step * 16 + line) * 64, _MM_HINT_T1);
        if (step % 2 == 0) continue;
        size_t end = ck_smaller(done + each, meanwhile->rows);
        if (end > done) meanwhile->body(meanwhile->context, done, end);
        done = end;
    }
    if (done < meanwhile->rows) meanwhile->body(meanwhile->context, done, meanwhile->rows);
    _tile_stored(0, out, PANEL_ROW);
    _tile_stored(1, out + 16, PANEL_ROW);
    if (!second) return;
    _tile_stored(2, out + height * CK_PANEL, PANEL_ROW);
    _tile_stored(3, out + height * CK_PANEL + 16, PANEL_ROW);
}
#else
int ck_matrix_is_there(void) { return 0; }

void ck_matrix_begin(size_t height) { (void)height; }

void ck_matrix_end(void) {}

void ck_matrix_multiply(size_t height, const uint8_t *first, const uint8_t *second, const int8_t *panel, size_t steps,
                        int32_t *out, const int8_t *next, const struct ck_meanwhile *meanwhile) {
    (void)height, (void)first, (void)second, (void)panel, (void)steps, (void)out, (void)next, (void)meanwhile;
}
#endif
