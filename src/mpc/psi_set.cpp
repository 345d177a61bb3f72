#include "mpc/psi_set.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

using ristretto::Point;

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
    std::vector<ristretto::Hash> hashes(distinct.size());
    std::ranges::transform(distinct, hashes.begin(), &PsiElements::Element::hash);
    std::vector<Point> points(distinct.size());
    ristretto::multiply_hashes(secret_, hashes, points);
    for (std::size_t i = 0; i < points.size(); ++i) masked_.add({points[i], count_ + i, distinct[i].weight});
    count_ += distinct.size();
}

/// A random point is one whatever it is multiplied by.
void PsiSet::pad(Rng& rng, std::uint64_t size) {
    check_padded_size(count_, size);
    while (masked_.size() < size) {
        std::vector<ristretto::Hash> random(std::min<std::uint64_t>(batch, size - masked_.size()));
        rng.fill(std::as_writable_bytes(std::span(random)));
        std::vector<Point> points(random.size());
        ristretto::multiply_hashes(secret_, random, points);
        for (const Point& point : points) masked_.add({point, no_element, 0});
    }
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
