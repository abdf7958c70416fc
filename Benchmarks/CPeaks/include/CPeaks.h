// What the processor can do at most, measured: the denominators of `make bench`. Loops over registers alone, sixteen
// independent sums, no memory.
#ifndef ALERTD_CPEAKS_H
#define ALERTD_CPEAKS_H

// Fused multiply-adds of floats, as 10⁹ operations (multiplications and additions) a second of the calling thread, with the
// widest registers there are; 0 where this file has no loop for the processor.
double cp_float_peak(void);
// The same for dot products of four bytes (AVX512-VNNI); 0 without them.
double cp_byte_peak(void);
// The same for products of tiles of bytes (AMX); 0 without them.
double cp_tile_peak(void);

#endif
