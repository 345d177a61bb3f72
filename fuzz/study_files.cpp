// Files that a study's people read: a contributor's table, a server's key, its record of what it has answered. The
// first byte says which.
#include "common.hpp"
#include "folder.hpp"
#include "study.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    static const fuzz::Folder folder;
    static fuzz::StudyWorld world;
    if (size == 0) return 0;
    const auto file = folder.file(fuzz::as_bytes(data + 1, size - 1));
    const auto outcome = catching([&] {
        if (data[0] % 3 == 0) {
            static_cast<void>(
                study::make_submission(world.study, {}, 1, study::read_table(world.study, file), world.rng));
        } else if (data[0] % 3 == 1) {
            static_cast<void>(party::read_sealing_key(file));
        } else {
            study::settle(file, world.study, Digest{});
            study::settle(file, world.study, Digest{});  // the same again is no other answer
        }
        return 0;
    });
    if (outcome) return 0;
    const ErrorCode code = outcome.error().code();
    // Another answer, a key that is too long, a table without a column.
    const bool due = data[0] % 3 == 2   ? code == ErrorCode::budget_exceeded
                     : data[0] % 3 == 1 ? code == ErrorCode::io_failure
                                        : code == ErrorCode::invalid_argument;
    if (!due) fuzz::check_error(outcome.error());
    return 0;
}
