// OpenBLAS: the CBLAS interface and the calls that set its thread count.
#ifndef ALERTD_COPENBLAS_SHIM_H
#define ALERTD_COPENBLAS_SHIM_H

#include <cblas.h>

#endif
