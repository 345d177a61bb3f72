// Submissions from anybody to a server of a collection.
#include "common.hpp"
#include "tacit/mpc/collect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    static Rng rng{Seed{}};
    static const party::SealingKey key = party::SealingKey::create(rng);
    static const mpc::CollectionTask task{.name = "fuzz",
                                          .entries = {"a", "b"},
                                          .low = 0,
                                          .high = 9,
                                          .servers = {party::SealingKey::create(rng).public_key(), key.public_key()}};
    mpc::Collection collection(task, 1, party::SealingKey(key.secret()));
    const auto added = collection.add(fuzz::as_bytes(data, size));
    if (!added) fuzz::check_error(added.error());
    const auto messages = mpc::make_submission(task, {}, size, std::vector<std::int64_t>{1, 2}, rng);
    if (!collection.add(messages[1]).value()) fuzz::report("a good submission is refused");
    return 0;
}
