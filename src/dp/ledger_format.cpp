#include "dp/ledger_format.hpp"

#include <algorithm>
#include <array>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::dp {

namespace ledger_format {

namespace {

constexpr std::array<char, 8> magic = {'t', 'a', 'c', 'i', 't', 'd', 'p', '1'};
constexpr std::size_t digest_bytes = sizeof(Digest);
constexpr std::size_t loss_bytes = 48;
constexpr std::size_t nonce_bytes = 24;

Digest hash(std::span<const std::byte> bytes) {
    Hasher hasher;
    hasher.update(bytes);
    return hasher.finish();
}

void write(ByteWriter& out, const Loss& loss) {
    for (const Cost* cost : {&loss.epsilon, &loss.delta, &loss.rho}) {
        out.u64(cost->numerator());
        out.u64(cost->denominator());
    }
}

Loss read_loss(ByteReader& in) {
    const auto cost = [&] {
        const std::uint64_t numerator = in.u64("a loss");
        const std::uint64_t denominator = in.u64("a loss");
        return Cost::ratio(numerator, denominator);
    };
    Loss loss;
    loss.epsilon = cost();
    loss.delta = cost();
    loss.rho = cost();
    return loss;
}

/// The text and zeros up to `size` bytes.
void write_text(ByteWriter& out, std::string_view text, std::size_t size) {
    std::vector<std::byte> padded(size);
    std::ranges::copy(std::as_bytes(std::span(text)), padded.begin());
    out.bytes(padded);
}

std::string read_text(ByteReader& in, std::size_t size) {
    const auto bytes = in.bytes(size, "a text");
    const auto end = std::ranges::find(bytes, std::byte{0});
    const auto* const characters = reinterpret_cast<const char*>(bytes.data());
    return {characters, static_cast<std::size_t>(end - bytes.begin())};
}

Bytes sealed(ByteWriter&& out) {
    Bytes bytes = std::move(out).take();
    TACIT_ASSERT(bytes.size() == record_bytes - digest_bytes);
    const Digest digest = hash(bytes);
    bytes.insert(bytes.end(), digest.begin(), digest.end());
    return bytes;
}

void require_name(const char* what, const std::string& name) {
    const bool plain = std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) >= 32; });
    if (!name.empty() && name.size() <= name_bytes && plain) return;
    fail(ErrorCode::invalid_argument, "the ledger's {} takes 1 to {} bytes without control characters, not {}", what,
         name_bytes, name.size());
}

}  // namespace

void check(const LedgerTerms& terms) {
    require_name("data set", terms.data_set);
    require_name("unit of privacy", terms.unit);
    if (terms.rows_per_unit == 0 || terms.rows_per_unit > std::uint64_t{1} << 32) {
        fail(ErrorCode::invalid_argument, "a {} has {} rows at most; 1 to 2^32 can be counted", terms.unit,
             terms.rows_per_unit);
    }
    const Loss& budget = terms.budget;
    const bool zcdp = terms.measure == Measure::zcdp;
    const bool approximate = terms.measure == Measure::approximate;
    if ((zcdp ? budget.rho : budget.epsilon).is_zero() || !(zcdp ? budget.epsilon : budget.rho).is_zero() ||
        budget.delta.is_zero() == approximate || budget.delta >= Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument,
             "a budget is epsilon alone (pure), epsilon and 0 < delta < 1 (approximate), or rho alone (zcdp); for {} "
             "this is epsilon {}, delta {}, rho {}",
             to_string(terms.measure), to_string(budget.epsilon), to_string(budget.delta), to_string(budget.rho));
    }
}

Bytes first_record(const LedgerTerms& terms, const Seed& nonce) {
    check(terms);
    ByteWriter out;
    out.bytes(std::as_bytes(std::span(magic)));
    out.u8(static_cast<std::uint8_t>(terms.measure));
    out.u8(static_cast<std::uint8_t>(terms.neighbours));
    out.u16(0);
    out.u32(0);
    out.u64(terms.rows_per_unit);
    write(out, terms.budget);
    write_text(out, terms.data_set, name_bytes);
    write_text(out, terms.unit, name_bytes);
    out.bytes(std::span(nonce).first(nonce_bytes));
    return sealed(std::move(out));
}

Bytes record(const LedgerEntry& entry, const Digest& what, const Digest& head) {
    ByteWriter out;
    out.u64(entry.number);
    write(out, entry.loss);
    out.u32(static_cast<std::uint32_t>(entry.kind));
    out.u32(entry.behind);
    out.i64(entry.time);
    write_text(out, cut(entry.label, label_bytes), label_bytes);
    out.bytes(what);
    out.bytes(head);
    return sealed(std::move(out));
}

std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
    return text.substr(0, bytes);
}

namespace {

[[noreturn]] void fail_record(std::uint64_t number, const char* reason) {
    fail(
        ErrorCode::malformed_input,
        "record {} of the ledger {}; what is spent cannot be known: find out who changed the file, and release nothing",
        number, reason);
}

bool is_sealed(std::span<const std::byte> record) {
    const Digest digest = hash(record.first(record_bytes - digest_bytes));
    return std::ranges::equal(digest, record.last(digest_bytes));
}

LedgerTerms read_terms(std::span<const std::byte> record) {
    ByteReader in(record);
    if (!std::ranges::equal(in.bytes(magic.size(), "the format's name"), std::as_bytes(std::span(magic)))) {
        fail(ErrorCode::malformed_input, "this is no ledger; is it the right file?");
    }
    if (!is_sealed(record)) fail_record(0, "does not have the hash that it states");
    LedgerTerms terms;
    const std::uint8_t measure = in.u8();
    const std::uint8_t neighbours = in.u8();
    const bool padding = in.u16() != 0 || in.u32() != 0;
    if (measure < 1 || measure > 3 || neighbours < 1 || neighbours > 2 || padding) {
        fail_record(0, "states a measure or relation that does not exist");
    }
    terms.measure = static_cast<Measure>(measure);
    terms.neighbours = static_cast<Neighbours>(neighbours);
    terms.rows_per_unit = in.u64();
    terms.budget = read_loss(in);
    terms.data_set = read_text(in, name_bytes);
    terms.unit = read_text(in, name_bytes);
    check(terms);
    return terms;
}

/// What a record states, whatever stands before it.
struct Stated {
    LedgerEntry entry{};
    std::uint32_t kind = 0;
    Digest previous{};
    /// So many records were on the disk when this one was written.
    [[nodiscard]] std::uint64_t flushed() const noexcept { return entry.number - 1 - entry.behind; }
};

Stated read_stated(std::span<const std::byte> record) {
    ByteReader in(record);
    Stated stated;
    LedgerEntry& entry = stated.entry;
    entry.number = in.u64();
    entry.loss = read_loss(in);
    stated.kind = in.u32();
    entry.behind = in.u32();
    entry.time = in.i64();
    entry.label = read_text(in, label_bytes);
    static_cast<void>(in.bytes(digest_bytes));
    std::ranges::copy(in.bytes(digest_bytes), stated.previous.begin());
    entry.kind = static_cast<LedgerEntry::Kind>(stated.kind);
    return stated;
}

/// Why the record is not the one of that number after that head; null if it is.
const char* find_wrong(std::span<const std::byte> record, std::uint64_t number, const Digest& head) {
    if (!is_sealed(record)) return "does not have the hash that it states";
    const Stated stated = read_stated(record);
    if (stated.previous != head) return "does not follow the one before it";
    const bool known = stated.kind == 1 || stated.kind == 2;
    if (stated.entry.number != number || !known || stated.entry.behind >= number) return "has another's number or kind";
    return nullptr;
}

/// Whether a machine that stopped can have left this behind the records that are right, `number` being the first that
/// is not: writes that nobody waited for yet reach the disk in any order, and none of what is there says that they had
/// reached it.
bool is_unfinished(std::span<const std::byte> tail, std::uint64_t number) {
    for (std::uint64_t at = number; tail.size() >= record_bytes; ++at, tail = tail.subspan(record_bytes)) {
        const auto record = tail.first(record_bytes);
        if (!is_sealed(record)) continue;
        const Stated stated = read_stated(record);
        // A whole record in the first place was written behind another one than now.
        const std::uint64_t in_doubt = at == number ? number - 1 : number;
        if (find_wrong(record, at, stated.previous) != nullptr || stated.flushed() >= in_doubt) return false;
    }
    return true;
}

/// The loss that an incomplete record states, 0 if it does not get that far.
Loss torn_loss(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(std::uint64_t) + loss_bytes) return {};
    ByteReader in(bytes.subspan(sizeof(std::uint64_t)));
    return catching([&] { return read_loss(in); }).value_or(Loss{});
}

LedgerContents read(std::span<const std::byte> bytes) {
    if (bytes.size() < record_bytes)
        fail(ErrorCode::malformed_input, "this is no ledger: it has {} bytes", bytes.size());
    if (bytes.size() > largest_bytes) fail(ErrorCode::malformed_input, "the ledger has more than a million records");
    LedgerContents contents;
    contents.terms = read_terms(bytes.first(record_bytes));
    const auto seal = [&](std::size_t at) {
        std::ranges::copy(bytes.subspan(at + record_bytes - digest_bytes, digest_bytes), contents.head.begin());
    };
    seal(0);
    contents.origin = contents.head;
    std::size_t at = record_bytes;
    for (; at + record_bytes <= bytes.size(); at += record_bytes) {
        const auto record = bytes.subspan(at, record_bytes);
        const std::uint64_t number = at / record_bytes;
        if (const char* wrong = find_wrong(record, number, contents.head)) {
            if (is_unfinished(bytes.subspan(at), number)) break;
            fail_record(number, wrong);
        }
        contents.entries.push_back(read_stated(record).entry);
        contents.spent = contents.spent + contents.entries.back().loss;
        seal(at);
        contents.entries.back().digest = contents.head;
    }
    contents.torn_bytes = bytes.size() - at;
    for (; at < bytes.size(); at += record_bytes) {
        const auto rest = bytes.subspan(at);
        contents.spent = contents.spent + torn_loss(rest.first(std::min(rest.size(), record_bytes)));
    }
    const Loss& budget = contents.terms.budget;
    contents.left = {budget.epsilon.left_after(contents.spent.epsilon), budget.delta.left_after(contents.spent.delta),
                     budget.rho.left_after(contents.spent.rho)};
    return contents;
}

}  // namespace

}  // namespace ledger_format

Expected<LedgerContents> parse_ledger(std::span<const std::byte> bytes) {
    try {
        return ledger_format::read(bytes);
    } catch (const Error& error) {
        return Error(ErrorCode::malformed_input, error.what());
    }
}

bool LedgerContents::holds(const Digest& earlier_head) const noexcept {
    return earlier_head == origin || std::ranges::find(entries, earlier_head, &LedgerEntry::digest) != entries.end();
}

Expected<Digest> parse_head(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (const auto digest = from_hex<std::tuple_size_v<Digest>>(text)) return *digest;
    return Error(ErrorCode::malformed_input,
                 fmt::format("'{}' is no head of a ledger; those have 64 digits 0-9 and a-f", text.substr(0, 80)));
}

const char* to_string(Neighbours neighbours) noexcept {
    return neighbours == Neighbours::add_remove ? "add or remove" : "change";
}

}  // namespace tacit::dp
