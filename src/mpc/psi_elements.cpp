#include "mpc/psi_elements.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/fail.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::mpc {

namespace {

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

PsiElements::PsiElements(const Digest& session, const PsiSource& elements, std::uint64_t sort_bytes)
    : sorted_(sort_bytes) {
    elements([&](const PsiElement& element) {
        const std::uint64_t row = sorted_.size();
        if (row % 4096 == 0) throw_if_interrupted();
        check_weight(element.weight, row);
        sorted_.add({hash_element(session, element.value), row, element.weight});
    });
    sorted_.finish();
    read_ahead();
}

Digest PsiElements::digest() {
    Hasher hasher;
    rewind();
    for (Element element; read(element);) {
        hasher.update(element.hash);
        hasher.update(element.weight);
    }
    rewind();
    return hasher.finish();
}

void PsiElements::rewind() {
    sorted_.rewind();
    read_ahead();
}

bool PsiElements::read(Element& element) {
    if (!ahead_) return false;
    element = *ahead_;
    for (read_ahead(); ahead_ && ahead_->hash == element.hash; read_ahead()) {
        element.weight += ahead_->weight;
        check_weight(element.weight, ahead_->row);
    }
    return true;
}

std::vector<std::uint64_t> PsiElements::rows_of(const std::vector<std::uint64_t>& numbers) {
    rewind();
    std::vector<std::uint64_t> rows;
    std::uint64_t number = 0;
    for (const std::uint64_t wanted : numbers) {
        if (wanted < number) continue;  // a cheater's repetition
        Element skipped;
        for (; number < wanted; ++number) TACIT_ASSERT(read(skipped));
        const auto hash = ahead_->hash;
        for (; ahead_ && ahead_->hash == hash; read_ahead()) rows.push_back(ahead_->row);
        ++number;
    }
    std::ranges::sort(rows);
    return rows;
}

void PsiElements::read_ahead() {
    Element next;
    ahead_ = sorted_.read(next) ? std::optional(next) : std::nullopt;
}

}  // namespace tacit::mpc
