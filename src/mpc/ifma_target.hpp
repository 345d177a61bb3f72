#pragma once

/// Functions between TACIT_IFMA_BEGIN and TACIT_IFMA_END are compiled for processors with AVX-512 IFMA, whatever the
/// rest of the program is compiled for. Not defined where there are none.
#if defined(__x86_64__) && defined(__clang__)
#define TACIT_IFMA_BEGIN \
    _Pragma("clang attribute push(__attribute__((target(\"avx512f,avx512dq,avx512ifma\"))), apply_to = function)")
#define TACIT_IFMA_END _Pragma("clang attribute pop")
#elif defined(__x86_64__) && defined(__GNUC__)
#define TACIT_IFMA_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx512f,avx512dq,avx512ifma\")")
#define TACIT_IFMA_END _Pragma("GCC pop_options")
#endif

namespace tacit::mpc {

#ifdef TACIT_IFMA_BEGIN
/// Whether they may be called.
inline bool processor_has_ifma() {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512ifma") != 0;
}
#endif

}  // namespace tacit::mpc
