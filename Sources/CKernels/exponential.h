// eˣ for float as straight-line code that vectorises: no call, no branch, no table.
#ifndef ALERTD_CK_EXPONENTIAL_H
#define ALERTD_CK_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

// Relative error below 2e-7 for −87 ≤ x ≤ 88; outside, x is clamped. NaN stays NaN.
// x = n ln 2 + r with |r| ≤ ln 2 / 2; eʳ by the degree-5 polynomial of S. Moshier's Cephes library (expf); 2ⁿ by
// building its bits. Adding 1.5·2²³ rounds to an integer and leaves that integer in the low mantissa bits.
static inline __attribute__((always_inline)) float ck_exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float shifter = 12582912.0f;
    float shifted = x * 1.44269504088896341f + shifter;
    float n = shifted - shifter;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000u;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

#endif
