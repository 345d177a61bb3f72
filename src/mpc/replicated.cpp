#include "tacit/mpc/replicated.hpp"

#include "base/fail.hpp"
#include "mpc/replicated_core.hpp"

namespace tacit::mpc {

namespace {

void check_receiver(int receiver, int parties) {
    if (receiver < 0 || receiver >= parties) {
        fail(ErrorCode::invalid_argument, "opening to party {} of {}", receiver, parties);
    }
}

}  // namespace

Replicated::Replicated(party::Party& me) : core_(std::make_unique<Core>(me)) {}
Replicated::~Replicated() = default;

party::Party& Replicated::me() noexcept { return core_->me; }

Numbers Replicated::constant(std::span<const std::uint64_t> values) const {
    Numbers out{.parts = core_->zeros(values.size()), .size = values.size()};
    if (core_->self != 0) out.parts[0].assign(values.begin(), values.end());
    return out;
}

Bits Replicated::constant(const ClearBits& bits) const {
    Bits out{.parts = core_->zeros(bits.words.size()), .shape = bits.shape};
    if (core_->self != 0) out.parts[0].assign(bits.words.begin(), bits.words.end());
    return out;
}

Numbers Replicated::random_numbers(std::size_t size) { return {.parts = core_->random(size), .size = size}; }
Bits Replicated::random_bits(BitShape shape) { return {.parts = core_->random(shape.words()), .shape = shape}; }

Numbers Replicated::input(int owner, std::span<const std::uint64_t> values, std::size_t size) {
    return {.parts = core_->input<Additive>(owner, values, size), .size = size};
}

Bits Replicated::input(int owner, const ClearBits& bits, BitShape shape) {
    return {.parts = core_->input<Bitwise>(owner, bits.words, shape.words()), .shape = shape};
}

Numbers Replicated::multiply(const Numbers& x, const Numbers& y) { return dot(x, y, 1); }

Numbers Replicated::dot(const Numbers& x, const Numbers& y, std::size_t length) {
    if (x.size != y.size || length == 0 || x.size % length != 0) {
        fail(ErrorCode::invalid_argument,
             "products of {} and {} secret numbers in sums of {}; both sides need the same, a multiple of it", x.size,
             y.size, length);
    }
    return {.parts = core_->products<Additive>(x.parts, y.parts, x.size, length), .size = x.size / length};
}

Bits Replicated::both(const Bits& x, const Bits& y) {
    if (x.shape != y.shape) {
        fail(ErrorCode::invalid_argument, "and of {} x {} secret bits with {} x {}; both sides need the same shape",
             x.shape.planes, x.shape.lanes, y.shape.planes, y.shape.lanes);
    }
    return {.parts = core_->products<Bitwise>(x.parts, y.parts, x.shape.words(), 1), .shape = x.shape};
}

std::vector<std::uint64_t> Replicated::open(const Numbers& x) { return core_->open<Additive>(x.parts, x.size); }

ClearBits Replicated::open(const Bits& x) {
    Bits padded = x;
    clear_padding(padded);
    ClearBits out(x.shape);
    out.words = core_->open<Bitwise>(padded.parts, x.shape.words());
    return out;
}

std::vector<std::uint64_t> Replicated::open_to(int receiver, const Numbers& x) {
    check_receiver(receiver, core_->n);
    return core_->open<Additive>(x.parts, x.size, receiver);
}

ClearBits Replicated::open_to(int receiver, const Bits& x) {
    check_receiver(receiver, core_->n);
    Bits padded = x;
    clear_padding(padded);
    ClearBits out;
    out.words = core_->open<Bitwise>(padded.parts, x.shape.words(), receiver);
    if (receiver == core_->self) out.shape = x.shape;
    return out;
}

void Replicated::confirm_dealt(std::span<const Components* const> shares) { core_->confirm_dealt(shares); }

Numbers Replicated::for_receiver(const Numbers& x) {
    Numbers out{.parts = core_->refresh<Additive>(x.parts, x.size), .size = x.size};
    core_->verify();
    return out;
}

Bits Replicated::for_receiver(const Bits& x) {
    Bits out{.parts = core_->refresh<Bitwise>(x.parts, x.shape.words()), .shape = x.shape};
    core_->verify();
    clear_padding(out);
    return out;
}

}  // namespace tacit::mpc
