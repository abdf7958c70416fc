// Work shared by several threads inside the kernels; the contract stands in include/CKernels.h.
#ifndef ALERTD_CK_TEAM_H
#define ALERTD_CK_TEAM_H

#include "CKernels.h"

// Rows · columns below which a pass over memory is not worth sharing.
#define CK_SHARED_VALUES 16384

#endif
