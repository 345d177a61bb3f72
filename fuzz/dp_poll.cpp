// What people say in a poll: a CSV file of reports, by each mechanism. The first byte chooses it.
#include <array>
#include <cstdio>

#include "common.hpp"
#include "dp.hpp"
#include "folder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    static const fuzz::Folder folder;
    static const bool quiet = std::freopen("/dev/null", "w", stdout) != nullptr;
    if (size == 0 || !quiet) return 0;
    constexpr std::array mechanisms{"response", "symmetric", "unary", "hashing", "hadamard"};
    app::dp::PollOptions options{.data = folder.file(fuzz::as_bytes(data + 1, size - 1)),
                                 .column = "r",
                                 .answers = {"yes", "no", "perhaps"},
                                 .mechanism = mechanisms.at(data[0] % mechanisms.size()),
                                 .epsilon = "1"};
    options.json = data[0] >= 128;
    const auto outcome = catching([&] { return app::dp::poll(options), 0; });
    // A table without the column is the caller's mistake.
    if (!outcome && outcome.error().code() != ErrorCode::invalid_argument) fuzz::check_error(outcome.error());
    return 0;
}
