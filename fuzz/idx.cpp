// The idx files of MNIST, plain or gzipped; the first byte chooses images or labels.
#include "learn/idx.hpp"

#include <array>

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    if (size == 0) return 0;
    constexpr std::array<std::uint32_t, 3> images{200, 28, 28};
    constexpr std::array<std::uint32_t, 1> labels{4000};
    const std::span<const std::uint32_t> largest =
        data[0] % 2 == 0 ? std::span<const std::uint32_t>(images) : std::span<const std::uint32_t>(labels);
    const auto parsed =
        catching([&] { return learn::parse_idx(fuzz::as_bytes(data + 1, size - 1), largest, "input"); });
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    std::uint64_t elements = 1;
    for (const std::uint32_t length : parsed->shape) elements *= length;
    if (parsed->shape.size() != largest.size() || parsed->bytes.size() != elements)
        fuzz::report("shape and data disagree");
    return 0;
}
