// Sealed shares from anybody: the input is the label and an unsealed message, which the target seals to itself, and is
// also read as it is. The first byte is the length of the label.
#include "common.hpp"
#include "tacit/mpc/sealed_shares.hpp"

using namespace tacit;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Rng rng{Seed{}};
    static const party::SealingKey key = party::SealingKey::create(rng);
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data, size).subspan(1);
    const auto label = input.first(std::min<std::size_t>(data[0], input.size()));
    if (const auto read = mpc::read_label(input); !read) fuzz::check_error(read.error());
    std::vector<std::byte> file(label.begin(), label.end());
    const auto sealed = party::seal(key.public_key(), input.subspan(label.size()), label, rng);
    file.insert(file.end(), sealed.begin(), sealed.end());
    const auto read = mpc::read_label(file);
    if (!read) return 0;
    const auto opened = mpc::open_contribution(key, file, *read, {.planes = 3, .lanes = 1});
    if (!opened) fuzz::check_error(opened.error());
    const std::vector<std::vector<std::byte>> files(static_cast<std::size_t>(read->parties), file);
    if (mpc::reveal(key, files)) fuzz::report("one file counted as those of all parties");
    return 0;
}
