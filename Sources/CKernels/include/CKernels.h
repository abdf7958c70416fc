// SIMD kernels, chosen at run time from the instructions that the processor has.
#ifndef ALERTD_CKERNELS_H
#define ALERTD_CKERNELS_H

#include <stdint.h>

#endif
