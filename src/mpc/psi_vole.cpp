#include "mpc/psi_vole.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/fail.hpp"
#include "mpc/psi_messages.hpp"
#include "mpc/vole.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/oblivious_transfer.hpp"

namespace tacit::mpc {

namespace {

using Element = PsiElements::Element;
using Decoder = okvs::Decoder<2 * vole::planes>;

constexpr std::uint64_t padding = ~std::uint64_t{0};

/// What both parties hold: their elements in ascending order, and the sorted tags of them.
class Side {
public:
    Side(party::Party& me, const PsiTerms& terms, const PsiSource& source, const PsiOptions& options)
        : me_(me),
          terms_(terms),
          options_(options),
          elements_(me.session(), source, options.sort_bytes),
          tags_(options.sort_bytes) {
        for (Element element; elements_.read(element);) ++result_.elements;
        elements_.rewind();
        more_ = elements_.read(next_);
        if (options.padded_size > 0) check_padded_size(result_.elements, options.padded_size);
        announced_ = std::max(result_.elements, options.padded_size);
        result_.others = exchange_sizes(me, terms, announced_);
        tag_bytes_ = tag_bytes(announced_, result_.others);
    }

protected:
    /// The next elements of a bin, at most `most`.
    std::vector<Element> take(const PsiBins& bins, std::uint64_t bin, std::size_t most) {
        std::vector<Element> elements;
        while (more_ && elements.size() < most && bins.bin_of(next_) == bin) {
            elements.push_back(next_);
            more_ = elements_.read(next_);
        }
        return elements;
    }

    /// Adds the tags H(row_of(element), element).
    template <class RowOf>
    void add_tags(std::span<const Element> elements, const RowOf& row_of) {
        throw_if_interrupted();
        std::vector<Tag> tags(elements.size());
        constexpr std::size_t block = 256;
        parallel_for(0, (elements.size() + block - 1) / block, [&](std::size_t b) {
            for (std::size_t i = b * block; i < std::min(elements.size(), (b + 1) * block); ++i) {
                tags[i] = tag_of(elements[i], row_of(elements[i]));
            }
        });
        for (const Tag& tag : tags) tags_.add({tag, done_++});
        if (options_.progress) options_.progress(PsiStep::own_elements, done_, result_.elements);
    }

    [[nodiscard]] Tag tag_of(const Element& element, const vole::Row& row) const {
        std::array<std::byte, sizeof row + sizeof element.hash> data;
        std::memcpy(data.data(), row.data(), sizeof row);
        std::memcpy(data.data() + sizeof row, element.hash.data(), sizeof element.hash);
        const Digest digest = me_.hash("psi tag by transfer", terms_.receiver, data);
        wipe(data);
        Tag tag{};
        std::memcpy(tag.data(), digest.data(), tag_bytes_);
        return tag;
    }

    party::Party& me_;
    const PsiTerms& terms_;
    const PsiOptions& options_;
    PsiElements elements_;
    Element next_{};
    bool more_ = false;
    RecordSorter<NumberedTag> tags_;
    std::uint64_t done_ = 0;  ///< elements whose tags are known
    std::uint64_t announced_ = 0;
    std::size_t tag_bytes_ = 0;
    PsiResult result_{};
};

/// Sends code words that say the hashes of its elements; its tags are those of v at the elements. The sender of the
/// vector oblivious linear evaluation.
class ReceivingSide : Side {
public:
    using Side::Side;

    PsiResult run() {
        const PsiBins bins(announced_);
        auto keys = OtSender(me_).random(vole::transfers);
        vole::Sender correlation(me_, keys);
        wipe(std::as_writable_bytes(std::span(keys)));
        for (std::uint64_t bin = 0; bin < bins.count(); ++bin) {
            const auto elements = take(bins, bin, bins.capacity() + 1);
            const auto v = correlation.extend(me_, code_words(bins, elements));
            me_.flush();
            const Decoder decode{std::span<const vole::Row>(v)};
            add_tags(elements, [&](const Element& element) { return decode(bins.key(element)); });
        }
        tags_.finish();
        match();
        return std::move(result_);
    }

private:
    void match() {
        std::vector<std::uint64_t> mine;    // elements in the intersection
        std::vector<std::uint64_t> theirs;  // tags of the sender's
        TagReader reader(me_, tag_bytes_, result_.others);
        NumberedTag candidate;
        bool more = tags_.read(candidate);
        std::uint64_t position = 0;
        for (Tag tag; reader.read(tag); ++position) {
            while (more && candidate.tag < tag) more = tags_.read(candidate);
            if (!more || candidate.tag != tag) continue;
            mine.push_back(candidate.number);
            theirs.push_back(position);
        }
        result_.count = mine.size();
        if (!tell_verdict(me_, terms_, result_)) return;
        std::ranges::sort(mine);
        result_.rows = elements_.rows_of(mine);
        if (terms_.sender_learns) send_matches(me_, theirs);
    }
};

/// Has delta; its tags are those of w with the word of the element taken away: equal to v where the receiver's store
/// says that word, unknown to the receiver elsewhere.
class SendingSide : Side {
public:
    using Side::Side;

    PsiResult run() {
        const PsiBins bins(result_.others);
        const vole::Receiver::Delta delta(me_.rng());
        auto choices = delta.choices();
        auto keys = OtReceiver(me_).random(choices);
        vole::Receiver correlation(me_, delta, keys);
        wipe(std::as_writable_bytes(std::span(choices)));
        wipe(std::as_writable_bytes(std::span(keys)));
        for (std::uint64_t bin = 0; bin < bins.count(); ++bin) {
            const auto w = correlation.extend(me_, bins.shape().rows());
            const Decoder decode{std::span<const vole::Row>(w)};
            for (auto some = take(bins, bin, psi_chunk); !some.empty(); some = take(bins, bin, psi_chunk)) {
                add_tags(some, [&](const Element& element) {
                    vole::Row row = decode(bins.key(element));
                    const vole::Row said = delta.times(code_word(element));
                    for (std::size_t i = 0; i < row.size(); ++i) row[i] ^= said[i];
                    return row;
                });
            }
        }
        send_tags();
        const std::uint64_t told = hear_verdict(me_, terms_, std::min(announced_, result_.others), result_);
        if (result_.minimum_reached && terms_.sender_learns) {
            result_.rows = rows_at(receive_matches(me_, told, announced_));
        }
        return std::move(result_);
    }

private:
    void send_tags() {
        for (std::uint64_t i = result_.elements; i < announced_; ++i) {
            Tag random{};
            me_.rng().fill(std::span(random).first(tag_bytes_));
            tags_.add({random, padding});
        }
        tags_.finish();
        TagWriter writer(me_, tag_bytes_);
        for (NumberedTag record; tags_.read(record);) writer.write(record.tag);
        writer.finish();
    }

    std::vector<std::uint64_t> rows_at(std::vector<std::uint64_t> positions) {
        std::ranges::sort(positions);
        std::vector<std::uint64_t> numbers;
        tags_.rewind();
        NumberedTag record{};
        std::uint64_t position = 0;
        for (const std::uint64_t wanted : positions) {
            while (position <= wanted && tags_.read(record)) ++position;
            if (record.number != padding) numbers.push_back(record.number);
        }
        std::ranges::sort(numbers);
        return elements_.rows_of(numbers);
    }
};

}  // namespace

PsiResult intersect_by_vole(party::Party& me, const PsiTerms& terms, const PsiSource& elements,
                            const PsiOptions& options) {
    if (options.begins) options.begins();
    return me.index() == terms.receiver ? ReceivingSide(me, terms, elements, options).run()
                                        : SendingSide(me, terms, elements, options).run();
}

}  // namespace tacit::mpc
