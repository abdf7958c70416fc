// Activation functions over flat arrays.
#include "activations.h"

#include "dispatch.h"
#include "layout.h"
#include "team.h"

// Values of one shared piece.
#define PIECE 8192

CK_DISPATCH
static void activate(ck_activation function, float *x, size_t n) { ck_activate_values(function, x, n); }

struct activating {
    ck_activation function;
    float *x;
    size_t n;
};

static void activate_piece(void *context, size_t piece, size_t participant) {
    (void)participant;
    const struct activating *work = context;
    size_t first = piece * PIECE, left = work->n - first;
    activate(work->function, work->x + first, left < PIECE ? left : PIECE);
}

void ck_activate(ck_activation function, float *x, size_t n) {
    struct activating work = {function, x, n};
    ck_parallel((n + PIECE - 1) / PIECE, activate_piece, &work);
}

// The loops inside the choice, so that each loads its own constants alone.
#define PANEL_ROWS(f)                                                                                                  \
    for (size_t row = 0; row < rows; row++)                                                                            \
        _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < CK_PANEL; i++)                                    \
            x[row * stride + i] = f(x[row * stride + i])

CK_DISPATCH
static void activate_panel(ck_activation function, float *x, size_t rows, size_t stride) {
    switch (function) {
    case CK_IDENTITY: break;
    case CK_GELU: PANEL_ROWS(ck_gelu_of); break;
    case CK_GELU_TANH: PANEL_ROWS(ck_gelu_tanh_of); break;
    case CK_QUICK_GELU: PANEL_ROWS(ck_quick_gelu_of); break;
    case CK_SILU: PANEL_ROWS(ck_silu_of); break;
    case CK_RELU: PANEL_ROWS(ck_relu_of); break;
    }
}

void ck_activate_panel(ck_activation function, float *x, size_t rows, size_t stride) {
    if (function != CK_IDENTITY) activate_panel(function, x, rows, stride);
}

void ck_activate_rows(ck_activation function, float *x, size_t rows, size_t columns, size_t stride) {
    for (size_t row = 0; row < rows; row++) activate(function, x + row * stride, columns);
}
