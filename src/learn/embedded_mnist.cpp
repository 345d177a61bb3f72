#include "learn/embedded_mnist.hpp"

#include "base/embed.hpp"

// TACIT_DATA_DIR comes from CMake, which also rebuilds this file when the data change.
TACIT_EMBED(tacit_mnist38_images, TACIT_DATA_DIR "/mnist38-images-idx3-ubyte.gz")
TACIT_EMBED(tacit_mnist38_labels, TACIT_DATA_DIR "/mnist38-labels-idx1-ubyte.gz")

namespace tacit::learn {

std::span<const std::byte> embedded_mnist_images() noexcept {
    return {tacit_mnist38_images_begin, tacit_mnist38_images_end};
}

std::span<const std::byte> embedded_mnist_labels() noexcept {
    return {tacit_mnist38_labels_begin, tacit_mnist38_labels_end};
}

}  // namespace tacit::learn
