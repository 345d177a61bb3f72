#include "learn/embedded_mnist.hpp"

// TACIT_DATA_DIR comes from CMake, which also rebuilds this file when the data change. The assembler copies the
// bytes: no generated source, the same for g++ and clang.
// clang-format off
#define TACIT_EMBED(symbol, file)                                       \
    __asm__(".pushsection .rodata\n"                                    \
            ".globl " #symbol "_begin\n .hidden " #symbol "_begin\n"    \
            ".globl " #symbol "_end\n   .hidden " #symbol "_end\n"      \
            #symbol "_begin: .incbin \"" TACIT_DATA_DIR "/" file "\"\n" \
            #symbol "_end:   .byte 0\n"                                 \
            ".popsection\n");                                           \
    extern "C" {                                                        \
    extern const std::byte symbol##_begin[];                            \
    extern const std::byte symbol##_end[];                              \
    }
// clang-format on

TACIT_EMBED(tacit_mnist38_images, "mnist38-images-idx3-ubyte.gz")
TACIT_EMBED(tacit_mnist38_labels, "mnist38-labels-idx1-ubyte.gz")

namespace tacit::learn {

std::span<const std::byte> embedded_mnist_images() noexcept {
    return {tacit_mnist38_images_begin, tacit_mnist38_images_end};
}

std::span<const std::byte> embedded_mnist_labels() noexcept {
    return {tacit_mnist38_labels_begin, tacit_mnist38_labels_end};
}

}  // namespace tacit::learn
