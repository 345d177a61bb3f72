// Bytes from contributors to whoever takes them in and to servers, from organisers to servers, and from servers to the
// analyst: as they are, and sealed so that they open.
#include "common.hpp"
#include "study.hpp"
#include "tacit/base/bytes.hpp"

namespace {

using namespace tacit;

using World = fuzz::StudyWorld;

template <class T>
void check(const Expected<T>& outcome) {
    if (!outcome && outcome.error().code() != ErrorCode::protocol_violation) fuzz::check_error(outcome.error());
}

/// The bytes where a server's sealed components are due.
void open_as_part(World& world, std::span<const std::byte> input) {
    const auto good = study::make_submission(world.study, {}, 1, study::Table(world.study), world.rng);
    auto part = study::part_for(world.study, good, 0);
    const std::size_t sealed = (good.size() - part.size()) / 2;
    part.resize(part.size() - sealed);
    std::vector<std::byte> message(sealed - party::sealing_overhead_bytes);
    std::copy_n(input.begin(), std::min(input.size(), message.size()), message.begin());
    std::vector<std::byte> place = part;
    place.push_back(std::byte{0});
    const auto box = party::seal(world.study.servers[0].key, message, place, world.rng);
    part.insert(part.end(), box.begin(), box.end());
    if (study::open_part(world.study, 0, world.keys[0], part)) fuzz::report("a commitment opens to other shares");
}

/// The bytes as what every server says to the analyst.
void open_as_result(World& world, std::span<const std::byte> input) {
    std::vector<std::vector<std::byte>> shares;
    for (std::uint64_t server = 0; server < 3; ++server) {
        ByteWriter place;
        place.string("tacit study result");
        place.bytes(world.study.hash());
        place.u64(server);
        shares.push_back(party::seal(world.study.analyst, input, std::move(place).take(), world.rng));
    }
    const auto result = study::open_result(world.study, world.keys[3], shares);
    check(result);
    if (result) static_cast<void>(study::to_csv(world.study, *result));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    const auto input = fuzz::as_bytes(data, size);
    check(study::read_header(world.study, input));
    check(study::open_part(world.study, 1, world.keys[1], input));
    check(study::parts_of_bundle(world.study, 2, input));
    open_as_part(world, input);
    open_as_result(world, input);
    return 0;
}
