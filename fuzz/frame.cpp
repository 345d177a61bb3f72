// What a party reads from another one who sends any bytes: protocols in which it expects short and long messages.
#include <algorithm>

#include "common.hpp"
#include "tacit/mpc/sum.hpp"
#include "tacit/party/agreement.hpp"

namespace {

using namespace tacit;

/// Gives the input to whoever receives, from all parties alike.
class FromInput final : public party::Transport {
public:
    explicit FromInput(std::span<const std::byte> bytes) : bytes_(bytes) {}
    void send(int, std::span<const std::byte>, std::span<const std::byte>) override {}
    void receive(int, const char*, std::span<std::byte> out) override {
        if (out.size() > bytes_.size()) throw Error(ErrorCode::unreachable, "no more input");
        std::copy_n(bytes_.begin(), out.size(), out.begin());
        bytes_ = bytes_.subspan(out.size());
    }
    void flush() override {}

private:
    std::span<const std::byte> bytes_;
};

template <class Protocol>
void run(std::span<const std::byte> input, const Protocol& protocol) {
    FromInput transport(input);
    party::Party me(0, {"a", "b", "c"}, Digest{}, Rng(Seed{}), transport);
    const auto outcome = catching([&] { return protocol(me), 0; });
    if (outcome) return;
    const ErrorCode code = outcome.error().code();
    if (code != ErrorCode::protocol_violation && code != ErrorCode::unreachable) fuzz::report(outcome.error().what());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_bytes(data, size);
    run(input, [](party::Party& me) { static_cast<void>(party::toss_coins(me, "fuzz")); });
    run(input, [](party::Party& me) { party::confirm_equal(me, "fuzz", std::vector<std::byte>(3)); });
    const mpc::SumPlan plan{.inputs = {0, 1, 2}, .receivers = {0}, .entries = 2, .low = 0, .high = 9};
    run(input, [&](party::Party& me) { static_cast<void>(mpc::sum(me, plan, std::vector<std::int64_t>{1, 2})); });
    return 0;
}
