#include "mpc/psi_set.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

constexpr std::size_t batch = 4096;

}  // namespace

PsiSet::PsiSet(party::Party& me, PsiElements elements, const PsiOptions& options, const PsiCheckpoint& checkpoint,
               const PsiCheckpoint::Run& run, bool stopped)
    : secret_(run.secret), elements_(std::move(elements)), masked_(options.sort_bytes) {
    if (stopped) {
        checkpoint.read_masked([&](const MaskedElement& element) { masked_.add(element); });
        count_ = run.count;
        masked_.finish();
        return;
    }
    mask_all(options.progress);
    if (options.padded_size > 0) pad(me.rng(), options.padded_size);
    masked_.finish();
    PsiCheckpoint::Run whole = run;
    whole.count = count_;
    whole.masked = masked_.size();
    checkpoint.begin(whole, [&](MaskedElement& element) { return masked_.read(element); });
    wipe(whole.secret);
    masked_.rewind();
}

void PsiSet::mask_all(const PsiProgress& progress) {
    std::vector<PsiElements::Element> distinct;
    const auto mask = [&] {
        mask_some(distinct);
        distinct.clear();
        if (progress) progress(PsiStep::own_elements, count_, elements_.rows());
    };
    for (PsiElements::Element next; elements_.read(next);) {
        distinct.push_back(next);
        if (distinct.size() == batch) mask();
    }
    mask();
    if (progress) progress(PsiStep::own_elements, elements_.rows(), elements_.rows());
}

void PsiSet::mask_some(std::span<const PsiElements::Element> distinct) {
    throw_if_interrupted();
    std::vector<MaskedElement> masked(distinct.size());
    parallel_for(0, distinct.size(), [&](std::size_t i) {
        const auto point = ristretto::multiply(secret_, ristretto::from_hash(distinct[i].hash));
        TACIT_ASSERT(point.has_value());  // neither a hash nor the secret is 0, but with probability 2^-252
        masked[i] = {*point, count_ + i, distinct[i].weight};
    });
    for (const MaskedElement& m : masked) masked_.add(m);
    count_ += distinct.size();
}

void PsiSet::pad(Rng& rng, std::uint64_t size) {
    check_padded_size(count_, size);
    while (masked_.size() < size) masked_.add({ristretto::random_point(rng), no_element, 0});
}

std::vector<std::uint64_t> PsiSet::rows_at(std::vector<std::uint64_t> positions) {
    std::ranges::sort(positions);
    std::vector<std::uint64_t> numbers;
    masked_.rewind();
    std::uint64_t position = 0;
    MaskedElement masked;
    for (const std::uint64_t wanted : positions) {
        while (position <= wanted && masked_.read(masked)) ++position;
        if (masked.number != no_element) numbers.push_back(masked.number);
    }
    std::ranges::sort(numbers);
    return elements_.rows_of(numbers);
}

}  // namespace tacit::mpc
