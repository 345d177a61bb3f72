#include "tacit/mpc/sealed_shares.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "base/printable.hpp"
#include "base/short_hex.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::mpc {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t mark = 0x31485354;               // "TSH1"
constexpr std::uint32_t mark_in_the_clear = 0x31534254;  // "TBS1", what earlier versions wrote
constexpr std::uint32_t longest_text = 1000;

void check_text(const char* what, const std::string& text) {
    if (text.size() <= longest_text) return;
    fail(ErrorCode::invalid_argument, "the {} of a share has {} bytes; at most {}", what, text.size(), longest_text);
}

std::vector<std::byte> label_bytes(const ShareLabel& label) {
    check_text("kind", label.kind);
    check_text("task", label.task);
    check_text("name", label.name);
    if (label.parties < 3 || label.parties > 4 || label.party < 0 || label.party >= label.parties) {
        fail(ErrorCode::invalid_argument, "a share of party {} of {}; three or four share", label.party, label.parties);
    }
    ByteWriter out;
    out.u32(mark);
    out.string(label.kind);
    out.string(label.task);
    out.bytes(label.context);
    out.string(label.name);
    out.u8(static_cast<std::uint8_t>(label.parties));
    out.u8(static_cast<std::uint8_t>(label.party));
    out.u8(label.reply ? 1 : 0);
    if (label.reply) out.bytes(*label.reply);
    return std::move(out).take();
}

/// Reads a label and leaves the reader behind it.
ShareLabel label_of(ByteReader& in) {
    const std::uint32_t found = in.u32("the mark of a sealed share");
    if (found == mark_in_the_clear) {
        fail(ErrorCode::malformed_input,
             "a share in the clear, of a version that did not seal; make it anew with this version");
    }
    if (found != mark) fail(ErrorCode::malformed_input, "these bytes are no sealed share; it begins with TSH1");
    ShareLabel label;
    label.kind = in.string("the kind", longest_text);
    label.task = in.string("the task", longest_text);
    in.bytes(std::span<std::byte>(label.context), "the context");
    label.name = in.string("the name", longest_text);
    label.parties = in.u8("the number of parties");
    label.party = in.u8("the party");
    const std::uint8_t replies = in.u8("whether there is a key for a reply");
    if (label.parties < 3 || label.parties > 4 || label.party >= label.parties || replies > 1) {
        fail(ErrorCode::malformed_input, "a share of party {} of {} with {} keys for replies; that is none",
             label.party, label.parties, replies);
    }
    if (replies == 1) in.bytes(std::span<std::byte>(label.reply.emplace()), "the key for a reply");
    return label;
}

std::vector<std::byte> seal(const ShareLabel& label, Bytes about, const SecretVector<std::byte>& share,
                            const party::SealingPublicKey& receiver, Rng& rng) {
    std::vector<std::byte> file = label_bytes(label);
    ByteWriter front;
    front.u32(static_cast<std::uint32_t>(about.size()));
    front.bytes(about);
    const std::vector<std::byte> first = std::move(front).take();
    SecretVector<std::byte> message(first.begin(), first.end());
    message.insert(message.end(), share.begin(), share.end());
    const std::vector<std::byte> sealed = party::seal(receiver, message, file, rng);
    file.insert(file.end(), sealed.begin(), sealed.end());
    return file;
}

struct Message {
    ShareLabel label;
    std::vector<std::byte> about;
    SecretVector<std::byte> share;
};

/// Throws malformed_input.
Message open(const party::SealingKey& key, Bytes file) {
    ByteReader in(file);
    Message out{.label = label_of(in), .about = {}, .share = {}};
    auto opened = party::unseal(key, file.subspan(in.offset()), file.first(in.offset()));
    if (!opened) throw opened.error();
    ByteReader message(*opened);
    const auto about = message.bytes(message.u32("the length of what it is about"), "what it is about");
    const auto share = message.bytes(message.remaining());
    out.about.assign(about.begin(), about.end());
    out.share.assign(share.begin(), share.end());
    wipe(*opened);
    return out;
}

void check_label(const ShareLabel& found, const ShareLabel& due) {
    const auto refuse_text = [](const char* what, const std::string& is, const std::string& should) {
        if (is == should) return;
        fail(ErrorCode::malformed_input, "{} '{}' where '{}' is due", what, printable(is, 80), printable(should, 80));
    };
    refuse_text("a share of kind", found.kind, due.kind);
    refuse_text("a share for the task", found.task, due.task);
    if (found.context != due.context) {
        fail(ErrorCode::malformed_input,
             "a share for roster {} where {} is due; whoever made it had another one: compare `tacit mpc roster show`",
             short_hex(found.context), short_hex(due.context));
    }
    refuse_text("a share of", found.name, due.name);
    if (found.parties != due.parties || found.party != due.party) {
        fail(ErrorCode::malformed_input, "a share for party {} of {} where that for {} of {} is due", found.party,
             found.parties, due.party, due.parties);
    }
}

/// The messages by party. Throws malformed_input.
std::vector<Message> open_all(const party::SealingKey& key, std::span<const std::vector<std::byte>> files) {
    std::vector<Message> messages;
    for (const auto& file : files) messages.push_back(open(key, file));
    std::ranges::sort(messages, {}, [](const Message& one) { return one.label.party; });
    for (std::size_t i = 0; i < messages.size(); ++i) {
        ShareLabel due = messages.front().label;
        due.party = static_cast<int>(i);
        if (static_cast<std::size_t>(due.parties) != messages.size() || messages[i].label.party != due.party) {
            fail(ErrorCode::malformed_input, "{} files, of party {} among {}; give one from each of the {} parties",
                 messages.size(), messages[i].label.party, due.parties, due.parties);
        }
        if (messages[i].label != due) {
            fail(ErrorCode::malformed_input,
                 "parties 0 and {} sent what is not of one run: '{}' of '{}' for '{}' and '{}' of '{}' for '{}'", i,
                 printable(due.kind, 80), printable(due.task, 80), printable(due.name, 80),
                 printable(messages[i].label.kind, 80), printable(messages[i].label.task, 80),
                 printable(messages[i].label.name, 80));
        }
        if (messages[i].about != messages.front().about) {
            fail(ErrorCode::protocol_violation, "parties 0 and {} sent different results: one of them cheats", i);
        }
    }
    return messages;
}

template <class Share, class Read>
auto combined(const std::vector<Message>& messages, const Read& read) {
    std::vector<Share> shares;
    for (const Message& one : messages) shares.push_back(read(one.share, one.label.parties, one.label.party).value());
    return combine(shares).value();
}

bool are_numbers(const SecretVector<std::byte>& share) { return share.size() > 1 && share[1] == std::byte{'N'}; }

}  // namespace

std::vector<std::byte> seal_share(const ShareLabel& label, Bytes about, const Bits& share,
                                  const party::SealingPublicKey& receiver, Rng& rng) {
    return seal(label, about, to_bytes(share, label.parties, label.party), receiver, rng);
}

std::vector<std::byte> seal_share(const ShareLabel& label, Bytes about, const Numbers& share,
                                  const party::SealingPublicKey& receiver, Rng& rng) {
    return seal(label, about, to_bytes(share, label.parties, label.party), receiver, rng);
}

Expected<ShareLabel> read_label(Bytes file) {
    return catching([&] {
        ByteReader in(file);
        return label_of(in);
    });
}

Expected<Contributed> open_contribution(const party::SealingKey& key, Bytes file, const ShareLabel& due,
                                        BitShape shape) {
    return catching([&] {
        check_label(read_label(file).value(), due);
        const Message message = open(key, file);
        return Contributed{.share = share_from_bytes(message.share, due.parties, due.party, shape).value(),
                           .reply = message.label.reply};
    });
}

Expected<Revealed> reveal(const party::SealingKey& key, std::span<const std::vector<std::byte>> files) {
    return catching([&] {
        if (files.empty()) fail(ErrorCode::invalid_argument, "no files of a result; give one from each party");
        const std::vector<Message> messages = open_all(key, files);
        Revealed out{.label = messages.front().label, .about = messages.front().about, .value = {}};
        if (are_numbers(messages.front().share)) {
            out.value = combined<Numbers>(messages, numbers_from_bytes);
        } else {
            out.value = combined<Bits>(
                messages, [](Bytes bytes, int parties, int party) { return share_from_bytes(bytes, parties, party); });
        }
        return out;
    });
}

}  // namespace tacit::mpc
