// Short texts that people and programs hand over: numbers, costs, hashes, addresses, names, job identifiers. What is
// read and written again is the same.
#include <algorithm>
#include <string_view>

#include "common.hpp"
#include "identity/tcp.hpp"
#include "party/farewell.hpp"
#include "party/greeting.hpp"
#include "tacit/dp/cost.hpp"
#include "tacit/dp/ledger.hpp"
#include "tacit/identity/fingerprint.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/service/job.hpp"

namespace {

using namespace tacit;

template <class T>
void check(const Expected<T>& parsed) {
    if (!parsed) fuzz::check_error(parsed.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (int digits = 0; digits <= 9; ++digits) {
        const auto number = mpc::parse_decimal(text, digits);
        check(number);
        if (number && mpc::parse_decimal(mpc::to_decimal(*number, digits), digits).value() != *number) {
            fuzz::report("a decimal number is not read as written");
        }
    }
    const auto cost = dp::parse_cost(text);
    check(cost);
    if (cost && dp::parse_cost(to_string(*cost)).value() != *cost) fuzz::report("a cost is not read as written");
    check(dp::parse_head(text));
    check(service::parse_job_id(text));
    const auto fingerprint = identity::parse_fingerprint(text);
    check(fingerprint);
    if (fingerprint && identity::parse_fingerprint(identity::to_string(*fingerprint)).value() != *fingerprint) {
        fuzz::report("a fingerprint is not read as written");
    }
    if (identity::is_valid_address(text) && identity::split_address(text).host.empty()) fuzz::report("no host");
    party::Greeting greeting;
    std::copy_n(data, std::min(size, sizeof greeting), reinterpret_cast<std::uint8_t*>(&greeting));
    for (const char c : party::version_of(greeting)) {
        if (c < ' ' || c > '~') fuzz::report("a version that is not fit to print");
    }
    const auto bytes = fuzz::as_bytes(data, size);
    if (const auto missed = party::farewell_at_end(bytes)) {
        if (!std::ranges::equal(bytes.last(14), party::make_farewell(*missed))) fuzz::report("another farewell");
    }
    static_cast<void>(catching([&] { return party::difference({}, greeting, "a") != nullptr; }));
    return 0;
}
