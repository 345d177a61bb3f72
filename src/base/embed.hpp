#pragma once

#include <cstddef>

/// Puts the bytes of a file (`path`, a string literal) between SYMBOL_begin and SYMBOL_end, where a 0 follows. The
/// assembler copies them: no generated source, the same for g++ and clang. CMake names the file as a dependency.
// clang-format off
#define TACIT_EMBED(symbol, path)                                       \
    __asm__(".pushsection .rodata\n"                                    \
            ".globl " #symbol "_begin\n .hidden " #symbol "_begin\n"    \
            ".globl " #symbol "_end\n   .hidden " #symbol "_end\n"      \
            #symbol "_begin: .incbin \"" path "\"\n"                    \
            #symbol "_end:   .byte 0\n"                                 \
            ".popsection\n");                                           \
    extern "C" {                                                        \
    extern const std::byte symbol##_begin[];                            \
    extern const std::byte symbol##_end[];                              \
    }
// clang-format on
