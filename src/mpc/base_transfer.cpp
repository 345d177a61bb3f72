#include "mpc/base_transfer.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "mpc/ristretto.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

using ristretto::Point;
using ristretto::Scalar;

constexpr party::MessageType sender_message{0x0440, "key agreement of base transfers"};
constexpr party::MessageType receiver_message{0x0441, "choices of base transfers"};

using Points = std::array<Point, 2>;

std::array<std::byte, 48> labelled(std::size_t transfer, std::uint64_t side, const Point& point) {
    std::array<std::byte, 48> data;
    const std::uint64_t number = transfer;
    std::memcpy(data.data(), &number, 8);
    std::memcpy(data.data() + 8, &side, 8);
    std::ranges::copy(point, data.begin() + 16);
    return data;
}

/// The oracle H_side of a transfer, to the group.
Point to_group(const party::Party& me, int sender, std::size_t transfer, std::uint64_t side, const Point& other) {
    const auto data = labelled(transfer, side, other);
    std::array<std::byte, 64> wide;
    std::ranges::copy(me.hash("base transfer, first half of an element", sender, data), wide.begin());
    std::ranges::copy(me.hash("base transfer, second half of an element", sender, data), wide.begin() + 32);
    return ristretto::from_hash(wide);
}

Digest key_of(const party::Party& me, int sender, std::size_t transfer, std::uint64_t side, const Point& shared) {
    return me.hash("base transfer, key", sender, labelled(transfer, side, shared));
}

/// points[bit] and points[1 - bit], without a branch or an index.
Points swapped_if(const Points& points, std::uint8_t bit) {
    Points out = points;
    const auto mask = static_cast<std::byte>(-bit);
    for (std::size_t i = 0; i < out[0].size(); ++i) {
        const std::byte difference = (points[0][i] ^ points[1][i]) & mask;
        out[0][i] ^= difference;
        out[1][i] ^= difference;
    }
    return out;
}

/// One transfer of the receiver's: the secret and the two points that the sender sees.
Points choose(const party::Party& me, int sender, std::size_t transfer, std::uint8_t choice, const Scalar& secret,
              const Point& decoy) {
    // Of the two oracles, the one of the chosen side is used; computing both hides which.
    const Points offsets =
        swapped_if({to_group(me, sender, transfer, 0, decoy), to_group(me, sender, transfer, 1, decoy)}, choice);
    const Point chosen = *ristretto::subtract(ristretto::multiply_base(secret), offsets[0]);
    return swapped_if({chosen, decoy}, choice);
}

}  // namespace

SecretVector<std::array<Digest, 2>> base_transfer_send(party::Party& me, std::size_t count) {
    const int other = 1 - me.index();
    const Scalar secret(me.rng());
    me.send(other, sender_message, ristretto::multiply_base(secret));
    const auto points = me.receive<Points>(other, receiver_message, count);
    SecretVector<std::array<Digest, 2>> keys(count);
    parallel_for(0, count, [&](std::size_t i) {
        for (std::uint64_t side = 0; side < 2; ++side) {
            const auto offset = to_group(me, me.index(), i, side, points[i][1 - side]);
            const auto sum = ristretto::add(points[i][side], offset);
            const auto shared = sum ? ristretto::multiply(secret, *sum) : std::nullopt;
            if (!shared) me.accuse(other, "sent a base transfer that is no group element");
            keys[i][side] = key_of(me, me.index(), i, side, *shared);
        }
    });
    return keys;
}

SecretVector<Digest> base_transfer_receive(party::Party& me, std::span<const std::uint8_t> choices) {
    const int other = 1 - me.index();
    std::vector<std::unique_ptr<Scalar>> secrets;
    std::vector<Points> points;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        secrets.push_back(std::make_unique<Scalar>(me.rng()));
        points.push_back(choose(me, other, i, choices[i], *secrets.back(), ristretto::random_point(me.rng())));
    }
    me.send(other, receiver_message, points);
    const auto agreement = me.receive<Point>(other, sender_message);
    SecretVector<Digest> keys(choices.size());
    parallel_for(0, choices.size(), [&](std::size_t i) {
        const auto shared = ristretto::multiply(*secrets[i], agreement);
        if (!shared) me.accuse(other, "sent a key agreement that is no group element");
        keys[i] = key_of(me, other, i, choices[i], *shared);
    });
    return keys;
}

}  // namespace tacit::mpc
