// Sealed messages from anybody: the first byte says how many of the rest are associated data.
#include "tacit/party/sealed.hpp"

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    static Rng rng{Seed{}};
    static const party::SealingKey key = party::SealingKey::create(rng);
    if (size == 0) return 0;
    const auto input = fuzz::as_bytes(data, size).subspan(1);
    const auto associated = input.first(std::min<std::size_t>(data[0], input.size()));
    const auto message = input.subspan(associated.size());
    if (const auto opened = party::unseal(key, message, associated); !opened) fuzz::check_error(opened.error());
    const auto sealed = party::seal(key.public_key(), message, associated, rng);
    const auto opened = party::unseal(key, sealed, associated);
    if (!opened || !std::equal(opened->begin(), opened->end(), message.begin(), message.end())) {
        fuzz::report("a sealed message is not read as written");
    }
    return 0;
}
