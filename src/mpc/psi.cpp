#include "tacit/mpc/psi.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>

#include "base/fail.hpp"
#include "mpc/psi_set.hpp"
#include "mpc/psi_sum.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::mpc {

namespace {

using ristretto::Point;

constexpr party::MessageType size_message{0x0400, "size of a set"};
constexpr party::MessageType key_message{0x0401, "keys of the weights"};
constexpr party::MessageType point_message{0x0402, "masked elements"};
constexpr party::MessageType weight_message{0x0403, "encrypted weights"};
constexpr party::MessageType tag_message{0x0404, "tags of the receiver's elements"};
constexpr party::MessageType verdict_message{0x0405, "size of the intersection"};
constexpr party::MessageType order_message{0x0406, "order of the tags"};
constexpr party::MessageType match_message{0x0407, "the sender's elements in the intersection"};
constexpr party::MessageType sum_message{0x0408, "encrypted sum"};
constexpr party::MessageType opened_message{0x0409, "sum"};

constexpr std::uint64_t chunk = 16384;

/// H(doubly masked element), cut; the bytes behind are 0.
using Tag = std::array<std::byte, 16>;

/// A tag of the other party's elements with what the run needs of it.
struct Numbered {
    Tag tag;
    std::uint64_t position;  ///< in the order in which the other party announced its elements
    friend auto operator<=>(const Numbered&, const Numbered&) = default;
};
struct Weighted {
    Tag tag;
    WeightCiphertext weight;
    friend auto operator<=>(const Weighted&, const Weighted&) = default;
};

void check(const party::Party& me, const PsiTerms& terms) {
    const auto refuse = [](const std::string& why) { fail(ErrorCode::invalid_argument, "set intersection: {}", why); };
    if (me.count() != 2) refuse(fmt::format("{} parties; it is for two", me.count()));
    if (terms.receiver != 0 && terms.receiver != 1) refuse(fmt::format("party {} cannot receive", terms.receiver));
    if (terms.minimum == 0) refuse("a minimum of 0; an empty intersection is no secret: take 1");
    if (terms.largest == 0 || terms.largest >> 40 != 0) {
        refuse(fmt::format("at most {} elements of the other party; take 1 to 2^40 - 1", terms.largest));
    }
}

/// So that two different elements among all have one tag with probability below 2^-40.
std::size_t tag_bytes(std::uint64_t own, std::uint64_t others) {
    if (own == 0 || others == 0) return 1;  // there is no tag
    const int bits = 40 + 2 * static_cast<int>(std::bit_width(std::max(own, others) - 1));
    return std::min<std::size_t>(static_cast<std::size_t>(bits + 7) / 8, sizeof(Tag));
}

class Run {
public:
    Run(party::Party& me, const PsiTerms& terms, const PsiSource& elements, const PsiOptions& options)
        : me_(me),
          terms_(terms),
          options_(options),
          other_(1 - me.index()),
          receives_(me.index() == terms.receiver),
          set_(me, elements, options) {
        me_.send(other_, size_message, set_.announced());
        result_.elements = set_.elements();
        result_.others = me_.receive<std::uint64_t>(other_, size_message);
        if (result_.others > terms_.largest) {
            me_.accuse(other_, fmt::format("announced {} elements where the terms allow {}; agree on a larger limit",
                                           result_.others, terms_.largest));
        }
        tag_bytes_ = tag_bytes(set_.announced(), result_.others);
    }

    PsiResult run() {
        const bool sums = terms_.output == PsiOutput::sum;
        if (receives_) {
            if (sums) {
                receive_sum();
            } else {
                receive_matches();
            }
        } else {
            send(sums);
        }
        return std::move(result_);
    }

private:
    // The receiver.

    void receive_matches() {
        RecordSorter<Numbered> theirs(options_.sort_bytes);
        exchange([&](std::uint64_t first, std::span<const Tag> tags) {
            for (std::size_t i = 0; i < tags.size(); ++i) theirs.add({tags[i], first + i});
        });
        theirs.finish();
        std::vector<std::uint64_t> order;      // of my elements in the intersection, among the tags
        std::vector<std::uint64_t> positions;  // of the sender's
        match(theirs, [&](std::uint64_t number, const Numbered& match) {
            order.push_back(number);
            positions.push_back(match.position);
        });
        result_.count = order.size();
        if (!tell_verdict()) return;
        if (terms_.output != PsiOutput::intersection) return;
        result_.rows = set_.rows_at(positions_in_order(order));
        if (!terms_.sender_learns) return;
        std::ranges::sort(positions);
        for (std::size_t i = 0; i < positions.size(); i += chunk) {
            me_.send(other_, match_message,
                     std::span<const std::uint64_t>(positions).subspan(i, std::min(chunk, positions.size() - i)));
        }
    }

    void receive_sum() {
        const auto key = me_.receive<WeightPublicKey>(other_, key_message);
        RecordSorter<Weighted> theirs(options_.sort_bytes);
        exchange([&](std::uint64_t, std::span<const Tag> tags) {
            const auto weights = me_.receive<WeightCiphertext>(other_, weight_message, tags.size());
            for (std::size_t i = 0; i < tags.size(); ++i) theirs.add({tags[i], weights[i]});
        });
        theirs.finish();
        const auto checked = [&](const std::optional<WeightCiphertext>& ciphertext) {
            if (!ciphertext) me_.accuse(other_, "sent weights that are no ciphertexts");
            return *ciphertext;
        };
        WeightCiphertext sum = checked(encrypt_zero(key, me_.rng()));
        std::uint64_t count = 0;
        std::vector<WeightCiphertext> terms;
        match(theirs, [&](std::uint64_t, const Weighted& match) {
            ++count;
            terms.push_back(match.weight);
            if (terms.size() < chunk) return;
            sum = checked(add(sum, terms));
            terms.clear();
        });
        sum = checked(add(sum, terms));
        result_.count = count;
        if (!tell_verdict()) return;
        me_.send(other_, sum_message, sum);
        result_.sum = me_.receive<std::uint64_t>(other_, opened_message);
    }

    /// Whether the minimum is reached; the sender learns the count if the terms say so.
    bool tell_verdict() {
        result_.minimum_reached = *result_.count >= terms_.minimum;
        const bool tell_count = terms_.sender_learns || terms_.output == PsiOutput::sum;
        const std::uint64_t told = !result_.minimum_reached ? 0 : tell_count ? *result_.count : terms_.minimum;
        me_.send(other_, verdict_message, told);
        if (!result_.minimum_reached) result_.count.reset();
        return result_.minimum_reached;
    }

    /// Goes through the tags of my elements, which come in ascending order, beside those of the sender's.
    template <class Record, class Found>
    void match(RecordSorter<Record>& theirs, const Found& found) {
        Record candidate;
        bool more = theirs.read(candidate);
        Tag last{};
        std::vector<std::byte> bytes;
        for (std::uint64_t first = 0; first < set_.announced(); first += chunk) {
            throw_if_interrupted();
            const std::uint64_t count = std::min(chunk, set_.announced() - first);
            bytes = me_.receive<std::byte>(other_, tag_message, count * tag_bytes_);
            for (std::uint64_t i = 0; i < count; ++i) {
                Tag tag{};
                std::memcpy(tag.data(), bytes.data() + i * tag_bytes_, tag_bytes_);
                if (first + i > 0 && !(last < tag)) me_.accuse(other_, "sent tags that are not in ascending order");
                last = tag;
                while (more && candidate.tag < tag) more = theirs.read(candidate);
                if (more && candidate.tag == tag) found(first + i, candidate);
            }
        }
    }

    /// Where my elements with these tags were among those that I announced; the sender tells the order of the tags.
    std::vector<std::uint64_t> positions_in_order(std::span<const std::uint64_t> order) {
        std::vector<std::uint64_t> positions;
        std::size_t next = 0;
        for (std::uint64_t first = 0; first < set_.announced(); first += chunk) {
            const std::uint64_t count = std::min(chunk, set_.announced() - first);
            const auto part = me_.receive<std::uint64_t>(other_, order_message, count);
            for (; next < order.size() && order[next] < first + count; ++next) {
                positions.push_back(checked_position(part[order[next] - first], set_.announced()));
            }
        }
        return positions;
    }

    // The sender.

    void send(bool sums) {
        std::optional<WeightSecretKey> key;
        if (sums) {
            key.emplace(me_.rng());
            me_.send(other_, key_message, key->public_key());
        }
        key_ = key ? &*key : nullptr;
        RecordSorter<Numbered> theirs(options_.sort_bytes);
        exchange([&](std::uint64_t first, std::span<const Tag> tags) {
            for (std::size_t i = 0; i < tags.size(); ++i) theirs.add({tags[i], first + i});
        });
        theirs.finish();
        send_tags(theirs);
        const auto told = me_.receive<std::uint64_t>(other_, verdict_message);
        result_.minimum_reached = told >= terms_.minimum;
        if (!result_.minimum_reached) return;
        if (told > std::min(set_.announced(), result_.others)) {
            me_.accuse(other_, "counted more elements in the intersection than a set has");
        }
        if (sums || terms_.sender_learns) result_.count = told;
        if (sums) open_sum(*key, told);
        if (terms_.output != PsiOutput::intersection) return;
        send_order(theirs);
        if (terms_.sender_learns) result_.rows = set_.rows_at(receive_matches(told));
    }

    void send_tags(RecordSorter<Numbered>& theirs) {
        std::vector<std::byte> bytes;
        const auto flush = [&] {
            me_.send(other_, tag_message, bytes);
            bytes.clear();
        };
        for (Numbered record; theirs.read(record);) {
            bytes.insert(bytes.end(), record.tag.begin(), record.tag.begin() + static_cast<std::ptrdiff_t>(tag_bytes_));
            if (bytes.size() == chunk * tag_bytes_) flush();
        }
        if (!bytes.empty()) flush();
    }

    void send_order(RecordSorter<Numbered>& theirs) {
        theirs.rewind();
        std::vector<std::uint64_t> positions;
        const auto flush = [&] {
            me_.send(other_, order_message, positions);
            positions.clear();
        };
        for (Numbered record; theirs.read(record);) {
            positions.push_back(record.position);
            if (positions.size() == chunk) flush();
        }
        if (!positions.empty()) flush();
    }

    std::vector<std::uint64_t> receive_matches(std::uint64_t count) {
        std::vector<std::uint64_t> positions;
        for (std::uint64_t first = 0; first < count; first += chunk) {
            for (const std::uint64_t p :
                 me_.receive<std::uint64_t>(other_, match_message, std::min(chunk, count - first))) {
                positions.push_back(checked_position(p, set_.announced()));
            }
        }
        return positions;
    }

    void open_sum(const WeightSecretKey& key, std::uint64_t count) {
        const auto sum = key.decrypt_sum(me_.receive<WeightCiphertext>(other_, sum_message), count);
        if (!sum) me_.accuse(other_, "sent a sum that is none of that many weights");
        result_.sum = *sum;
        me_.send(other_, opened_message, *sum);
    }

    // Both.

    /// Announces my elements and masks the other party's once more: take(position of the first, tags) for every chunk.
    template <class Take>
    void exchange(const Take& take) {
        const std::uint64_t most = std::max(set_.announced(), result_.others);
        Point last{};
        set_.rewind();
        for (std::uint64_t first = 0; first < most; first += chunk) {
            throw_if_interrupted();
            if (first < set_.announced()) announce(std::min(chunk, set_.announced() - first));
            if (first >= result_.others) continue;
            const auto points = me_.receive<Point>(other_, point_message, std::min(chunk, result_.others - first));
            for (const Point& point : points) {
                if (!(last < point)) me_.accuse(other_, "sent masked elements that are not in ascending order");
                last = point;
            }
            take(first, tags_of(points));
            if (options_.progress) {
                options_.progress(PsiStep::others_elements, first + points.size(), result_.others);
            }
        }
    }

    void announce(std::uint64_t count) {
        std::vector<PsiSet::Masked> part(count);
        std::vector<Point> points;
        for (PsiSet::Masked& masked : part) {
            TACIT_ASSERT(set_.read(masked));
            points.push_back(masked.point);
        }
        me_.send(other_, point_message, points);
        if (key_ == nullptr) return;
        std::vector<WeightCiphertext> weights(count);
        constexpr std::uint64_t block = 256;
        const Seed seed = me_.rng().new_seed();
        parallel_for(0, (count + block - 1) / block, [&](std::size_t b) {
            Rng rng(seed, b);
            for (std::size_t i = b * block; i < std::min(count, (b + 1) * block); ++i) {
                weights[i] = key_->encrypt(part[i].weight, rng);
            }
        });
        me_.send(other_, weight_message, weights);
    }

    std::vector<Tag> tags_of(std::span<const Point> points) const {
        std::vector<Tag> tags(points.size());
        std::atomic<bool> good = true;
        parallel_for(0, points.size(), [&](std::size_t i) {
            const auto masked = ristretto::multiply(set_.secret(), points[i]);
            if (!masked) {
                good = false;
                return;
            }
            const Digest digest = me_.hash("psi tag", 0, *masked);
            std::memcpy(tags[i].data(), digest.data(), tag_bytes_);
        });
        if (!good) me_.accuse(other_, "sent a masked element that is no element of the group");
        return tags;
    }

    std::uint64_t checked_position(std::uint64_t position, std::uint64_t size) const {
        if (position >= size) me_.accuse(other_, "named an element that was not announced");
        return position;
    }

    party::Party& me_;
    const PsiTerms& terms_;
    const PsiOptions& options_;
    int other_;
    bool receives_;
    PsiSet set_;
    PsiResult result_{};
    std::size_t tag_bytes_ = 0;
    const WeightSecretKey* key_ = nullptr;  ///< if weights are announced too
};

}  // namespace

party::Plan PsiTerms::plan() const {
    return {.program = "psi/1",
            .parameters = fmt::format("output {} receiver {} sender_learns {} minimum {} largest {} purpose {}",
                                      static_cast<int>(output), receiver, sender_learns, minimum, largest, purpose)};
}

PsiResult intersect(party::Party& me, const PsiTerms& terms, const PsiSource& elements, const PsiOptions& options) {
    check(me, terms);
    return Run(me, terms, elements, options).run();
}

}  // namespace tacit::mpc
