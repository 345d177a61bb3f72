#include "mpc/psi_set.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/fail.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::mpc {

namespace {

constexpr std::size_t batch = 4096;

/// H("tacit psi element", session, element) of 512 bits.
std::array<std::byte, 64> hash_element(const Digest& session, std::string_view value) {
    constexpr std::string_view label = "tacit psi element";
    crypto_generichash_state state;
    std::array<std::byte, 64> hash;
    const auto update = [&](const void* bytes, std::size_t size) {
        crypto_generichash_update(&state, static_cast<const unsigned char*>(bytes), size);
    };
    crypto_generichash_init(&state, nullptr, 0, hash.size());
    update(label.data(), label.size());
    update(session.data(), session.size());
    update(value.data(), value.size());
    crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(hash.data()), hash.size());
    return hash;
}

void check_weight(std::uint64_t weight, std::uint64_t row) {
    if (weight >> 32 == 0) return;
    fail(ErrorCode::invalid_argument,
         "the weights of the element in row {} (equal elements together) are {}; at most {} can be summed: take a "
         "larger unit",
         row, weight, UINT32_MAX);
}

}  // namespace

PsiSet::PsiSet(party::Party& me, const PsiSource& elements, const PsiOptions& options)
    : secret_(me.rng()), hashed_(options.sort_bytes), masked_(options.sort_bytes) {
    hash_all(me, elements);
    mask_all(options.progress);
    if (options.padded_size > 0) pad(me.rng(), options.padded_size);
    masked_.finish();
}

void PsiSet::hash_all(const party::Party& me, const PsiSource& elements) {
    elements([&](const PsiElement& element) {
        const std::uint64_t row = hashed_.size();
        if (row % batch == 0) throw_if_interrupted();
        check_weight(element.weight, row);
        hashed_.add({hash_element(me.session(), element.value), row, element.weight});
    });
    hashed_.finish();
}

void PsiSet::mask_all(const PsiProgress& progress) {
    std::vector<Hashed> distinct;
    std::uint64_t rows = 0;
    for (Hashed next; hashed_.read(next); ++rows) {
        if (!distinct.empty() && distinct.back().hash == next.hash) {
            distinct.back().weight += next.weight;
            check_weight(distinct.back().weight, next.row);
            continue;
        }
        if (distinct.size() == batch) {
            mask_some(distinct);
            distinct.clear();
            if (progress) progress(PsiStep::own_elements, rows, hashed_.size());
        }
        distinct.push_back(next);
    }
    mask_some(distinct);
    if (progress) progress(PsiStep::own_elements, rows, hashed_.size());
}

void PsiSet::mask_some(std::span<const Hashed> distinct) {
    throw_if_interrupted();
    std::vector<Masked> masked(distinct.size());
    parallel_for(0, distinct.size(), [&](std::size_t i) {
        const auto point = ristretto::multiply(secret_, ristretto::from_hash(distinct[i].hash));
        TACIT_ASSERT(point.has_value());  // neither a hash nor the secret is 0, but with probability 2^-252
        masked[i] = {*point, elements_ + i, distinct[i].weight};
    });
    for (const Masked& m : masked) masked_.add(m);
    elements_ += distinct.size();
}

void PsiSet::pad(Rng& rng, std::uint64_t size) {
    if (size < elements_) {
        fail(ErrorCode::invalid_argument, "a set of {} elements cannot be padded to {}; pad it to more", elements_,
             size);
    }
    while (masked_.size() < size) masked_.add({ristretto::random_point(rng), padding, 0});
}

std::vector<std::uint64_t> PsiSet::rows_at(std::vector<std::uint64_t> positions) {
    std::ranges::sort(positions);
    std::vector<std::uint64_t> groups;
    masked_.rewind();
    std::uint64_t position = 0;
    Masked masked;
    for (const std::uint64_t wanted : positions) {
        while (position <= wanted && masked_.read(masked)) ++position;
        if (masked.group != padding) groups.push_back(masked.group);
    }
    std::ranges::sort(groups);
    std::vector<std::uint64_t> rows;
    hashed_.rewind();
    auto wanted = groups.begin();
    std::optional<std::array<std::byte, 64>> last;
    std::uint64_t group = padding;  // so that the first is 0
    for (Hashed next; hashed_.read(next);) {
        if (last != next.hash) ++group;
        last = next.hash;
        while (wanted != groups.end() && *wanted < group) ++wanted;
        if (wanted == groups.end()) break;
        if (*wanted == group) rows.push_back(next.row);
    }
    std::ranges::sort(rows);
    return rows;
}

}  // namespace tacit::mpc
