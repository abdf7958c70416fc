// How one plain C loop becomes several machine versions.
#ifndef ALERTD_CK_DISPATCH_H
#define ALERTD_CK_DISPATCH_H

// Compiled once for each named processor family; the loader picks by CPUID. Elsewhere the one baseline version stays
// (arm64's baseline has NEON). Off under sanitizers, whose run-time is not up yet when the loader asks.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define CK_SANITIZED 1
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(CK_SANITIZED)
#define CK_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_DISPATCH
#endif

// Sums may be reordered (several partial sums) and products fused: needed to vectorise a reduction.
#define CK_REORDER _Pragma("clang fp reassociate(on) contract(fast)")
#define CK_FUSE _Pragma("clang fp contract(fast)")

#endif
