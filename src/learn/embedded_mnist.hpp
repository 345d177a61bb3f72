#pragma once

#include <cstddef>
#include <span>

namespace tacit::learn {

/// data/mnist38-images-idx3-ubyte.gz and data/mnist38-labels-idx1-ubyte.gz as they are.
[[nodiscard]] std::span<const std::byte> embedded_mnist_images() noexcept;
[[nodiscard]] std::span<const std::byte> embedded_mnist_labels() noexcept;

}  // namespace tacit::learn
