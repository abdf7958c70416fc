// Activation functions over flat arrays.
#include "activations.h"

#include "dispatch.h"
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

void ck_activate_rows(ck_activation function, float *x, size_t rows, size_t columns, size_t stride) {
    for (size_t row = 0; row < rows; row++) activate(function, x + row * stride, columns);
}
