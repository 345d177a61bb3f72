#include "tacit/study/submission.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::study {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t magic = 0x31535354;  // "TSS1"
constexpr std::size_t digest_bytes = crypto_hash_sha256_BYTES;
constexpr std::size_t prefix_bytes = 4 + digest_bytes + sizeof(ContributorId) + 8;  ///< the header but commitments
constexpr std::size_t blinding_bytes = 32;

Bytes text(std::string_view words) { return std::as_bytes(std::span(words)); }

Digest sha256(std::initializer_list<Bytes> pieces) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (const Bytes piece : pieces) {
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(piece.data()), piece.size());
    }
    Digest out{};
    crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
    sodium_memzero(&state, sizeof state);
    return out;
}

std::size_t header_bytes(const Study& study) { return prefix_bytes + digest_bytes * study.servers.size(); }
std::size_t component_bytes(const Study& study) { return blinding_bytes + 8 * study.words(); }
std::size_t sealed_bytes(const Study& study) {
    return party::sealing_overhead_bytes + (study.servers.size() - 1) * component_bytes(study);
}

/// `opening`: random bytes and words of the component.
Digest commitment(Bytes prefix, std::size_t component, Bytes opening) {
    const auto index = static_cast<std::byte>(component);
    return sha256({text("tacit study component"), prefix, std::span(&index, 1), opening});
}

std::vector<std::byte> place_of(Bytes header, std::size_t server) {
    std::vector<std::byte> place(header.begin(), header.end());
    place.push_back(static_cast<std::byte>(server));
    return place;
}

/// Random bytes before the words of each component.
std::vector<mpc::SecretVector<std::byte>> openings_of(const Study& study, const Table& table, Rng& rng) {
    const std::size_t count = study.servers.size();
    const auto shares = mpc::deal(table.words(), static_cast<int>(count), rng);
    std::vector<mpc::SecretVector<std::byte>> openings;
    for (std::size_t m = 0; m < count; ++m) {
        const auto& words = shares[m == 0 ? 1 : 0].parts[m];  // any server but m has it
        mpc::SecretVector<std::byte> opening(component_bytes(study));
        rng.fill(std::span(opening).first(blinding_bytes));
        std::memcpy(opening.data() + blinding_bytes, words.data(), 8 * words.size());
        openings.push_back(std::move(opening));
    }
    return openings;
}

}  // namespace

ContributorId contributor_of(const Invitation& invitation) {
    const Digest hash = sha256({text("tacit study invitation"), invitation});
    ContributorId id{};
    std::copy_n(hash.begin(), id.size(), id.begin());
    return id;
}

std::string to_text(const Link& link) { return fmt::format("{}/#{}", link.base, to_hex(link.invitation)); }

Expected<Link> parse_link(std::string_view words) {
    const std::size_t host = words.starts_with("https://") ? 8 : words.starts_with("http://") ? 7 : words.size();
    const std::size_t mark = words.find('/', host);
    const bool marked = mark != std::string_view::npos && mark > host && mark < 300 && words.substr(mark, 2) == "/#";
    const auto invitation = from_hex<sizeof(Invitation)>(marked ? words.substr(mark + 2) : "");
    if (!invitation) {
        return Error(ErrorCode::malformed_input,
                     "this is no link of an invitation; it looks like https://host:port/#32-digits");
    }
    return Link{.base = std::string(words.substr(0, mark)), .invitation = *invitation};
}

Table::Table(const Study& study) : study_(&study), words_(study.words()) {}

void Table::fill(std::size_t cell, std::span<const std::int64_t> values) {
    const std::size_t cells = study_->cells();
    if (cell >= cells || values.size() != study_->columns.size()) {
        fail(ErrorCode::invalid_argument, "{} values for cell {} of {}; {} are due", values.size(), cell, cells,
             study_->columns.size());
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        const Column& column = study_->columns[k];
        if (values[k] >= column.low && values[k] <= column.high) continue;
        fail(ErrorCode::invalid_argument, "'{}' of cell {} is outside its bounds; mend it", column.name, cell + 1);
    }
    words_[cell] = 1;
    for (std::size_t k = 0; k < values.size(); ++k) {
        words_[(1 + k) * cells + cell] =
            static_cast<std::uint64_t>(values[k]) - static_cast<std::uint64_t>(study_->columns[k].low);
    }
}

std::size_t Table::filled() const noexcept {
    return static_cast<std::size_t>(
        std::count(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(study_->cells()), std::uint64_t{1}));
}

std::size_t submission_bytes(const Study& study) noexcept {
    return header_bytes(study) + study.servers.size() * sealed_bytes(study);
}

std::size_t part_bytes(const Study& study) noexcept { return header_bytes(study) + sealed_bytes(study); }

std::vector<std::byte> make_submission(const Study& study, const ContributorId& contributor, std::uint64_t version,
                                       const Table& table, Rng& rng) {
    const auto openings = openings_of(study, table, rng);
    ByteWriter out;
    out.u32(magic);
    out.bytes(study.hash());
    out.bytes(contributor);
    out.u64(version);
    std::vector<std::byte> bytes = std::move(out).take();
    std::vector<Digest> commitments;
    for (std::size_t m = 0; m < openings.size(); ++m) commitments.push_back(commitment(bytes, m, openings[m]));
    for (const Digest& one : commitments) bytes.insert(bytes.end(), one.begin(), one.end());
    const std::vector<std::byte> header = bytes;
    for (std::size_t server = 0; server < openings.size(); ++server) {
        mpc::SecretVector<std::byte> message;
        for (std::size_t m = 0; m < openings.size(); ++m) {
            if (m != server) message.insert(message.end(), openings[m].begin(), openings[m].end());
        }
        const auto sealed = party::seal(study.servers[server].key, message, place_of(header, server), rng);
        bytes.insert(bytes.end(), sealed.begin(), sealed.end());
    }
    return bytes;
}

Expected<Header> read_header(const Study& study, std::span<const std::byte> submission) {
    return catching([&] {
        ByteReader in(submission);
        if (in.u32("the mark of a submission") != magic) {
            fail(ErrorCode::malformed_input, "these bytes are no submission; it begins with TSS1");
        }
        Digest hash{};
        in.bytes(std::span<std::byte>(hash), "the study");
        if (hash != study.hash()) {
            fail(ErrorCode::malformed_input, "a submission to another study, or another version of it");
        }
        Header header;
        in.bytes(std::span<std::byte>(header.contributor), "the contributor");
        header.version = in.u64("the version");
        static_cast<void>(in.bytes(digest_bytes * study.servers.size(), "the commitments"));
        if (submission.size() != submission_bytes(study) && submission.size() != part_bytes(study)) {
            fail(ErrorCode::malformed_input, "a submission of {} bytes; {} are due", submission.size(),
                 submission_bytes(study));
        }
        header.receipt = sha256({submission.first(header_bytes(study))});
        return header;
    });
}

std::vector<std::byte> part_for(const Study& study, std::span<const std::byte> submission, std::size_t server) {
    TACIT_ASSERT(submission.size() == submission_bytes(study) && server < study.servers.size());
    const Bytes header = submission.first(header_bytes(study));
    const Bytes sealed = submission.subspan(header.size() + server * sealed_bytes(study), sealed_bytes(study));
    std::vector<std::byte> part(header.begin(), header.end());
    part.insert(part.end(), sealed.begin(), sealed.end());
    return part;
}

Expected<mpc::Components> open_part(const Study& study, std::size_t server, const party::SealingKey& key,
                                    std::span<const std::byte> part) {
    if (part.size() != part_bytes(study)) {
        return Error(ErrorCode::malformed_input,
                     fmt::format("a server's part of {} bytes; {} are due", part.size(), part_bytes(study)));
    }
    if (const auto header = read_header(study, part); !header) return header.error();
    const Bytes header = part.first(header_bytes(study));
    auto message = party::unseal(key, part.subspan(header.size()), place_of(header, server));
    if (!message) return message.error();
    mpc::Components components;
    Bytes rest = *message;
    bool committed = true;
    for (std::size_t m = 0; m < study.servers.size(); ++m) {
        if (m == server) continue;
        const Bytes opening = rest.first(component_bytes(study));
        rest = rest.subspan(opening.size());
        const Digest due = commitment(header.first(prefix_bytes), m, opening);
        committed = committed && std::ranges::equal(due, header.subspan(prefix_bytes + m * digest_bytes, digest_bytes));
        components[m].resize(study.words());
        std::memcpy(components[m].data(), opening.data() + blinding_bytes, 8 * study.words());
    }
    wipe(*message);
    if (!committed) {
        return Error(ErrorCode::malformed_input,
                     "the shares of a submission are not those that its header commits to: its sender cheats");
    }
    return components;
}

}  // namespace tacit::study
