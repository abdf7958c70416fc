// Attention on the matrix unit, with queries, keys, values and weights rounded to bfloat16: the working memory and the parallel
// loop are attention.c's.
#ifndef ALERTD_CK_ATTENTION_MATRIX_H
#define ALERTD_CK_ATTENTION_MATRIX_H

#include "CKernels.h"

// Floats of working memory for one head.
size_t ck_matrix_attention_scratch(size_t keys, size_t width);

// One head: q [Q, W], k and v [T, W], out [Q, W] start at the head's columns. `scratch` is 64-byte aligned.
void ck_matrix_attend(const ck_attention *attention, const float *q, const float *k, const float *v, float *out,
                      float *scratch);

#endif
