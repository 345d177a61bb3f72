// What aggregators of Prio3 get from contributors and from each other. The first byte chooses the kind and the message.
#include "tacit/mpc/prio3.hpp"

#include <array>

#include "common.hpp"

namespace {

using namespace tacit;

const std::array<mpc::Prio3, 5>& instances() {
    static const std::array<mpc::Prio3, 5> all{mpc::Prio3::count(), mpc::Prio3::sum(2, 5), mpc::Prio3::sum_vec(2, 2, 3),
                                               mpc::Prio3::histogram(2, 3), mpc::Prio3::multihot_count_vec(2, 3, 1)};
    return all;
}

template <class T>
bool parsed(const Expected<T>& result) {
    if (!result) fuzz::check_error(result.error());
    return result.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const mpc::Prio3& prio3 = instances()[data[0] % 5];
    const auto input = fuzz::as_bytes(data + 1, size - 1);
    const mpc::Bytes context, key(mpc::Prio3::verify_key_bytes), nonce(mpc::Prio3::nonce_bytes);
    const mpc::Bytes public_share(prio3.public_share_bytes());
    switch (data[0] / 5 % 4) {
        case 0: parsed(prio3.verify_init(key, context, 0, nonce, public_share, input)); break;
        case 1: parsed(prio3.verify_init(key, context, 1, nonce, input, mpc::Bytes(prio3.input_share_bytes(1)))); break;
        case 2: {
            const std::size_t half = input.size() / 2;
            const auto bytes = [](std::span<const std::byte> s) { return mpc::Bytes(s.begin(), s.end()); };
            parsed(prio3.verifier_shares_to_message(context,
                                                    std::vector{bytes(input.first(half)), bytes(input.subspan(half))}));
            break;
        }
        default: parsed(prio3.unshard(std::vector{mpc::Bytes(input.begin(), input.end()), prio3.empty_aggregate()}));
    }
    return 0;
}
