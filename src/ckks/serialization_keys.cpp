// Key-switching keys in bytes and in files.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "ckks/serialization_format.hpp"
#include "ckks/serialization_rows.hpp"
#include "tacit/base/files.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::ckks {

namespace {

using format::ObjectReader;
using format::ObjectWriter;

constexpr std::uint64_t element_bytes = 4;
constexpr std::uint64_t counts_bytes = 8;  // relinearisation keys, Galois keys

/// Seed and b rows; the parameters say how many.
std::uint64_t record_bytes(const Context& context) {
    return sizeof(Seed) +
           context.digits(context.chain().primes.size()) * format::rows_bytes(context, context.prime_count());
}

void check_writable(const KeySwitchKey& key) {
    const Context& context = key.parameters().context();
    const std::size_t digits = context.digits(context.chain().primes.size());
    bool valid = key.digits() == digits;
    for (std::size_t j = 0; valid && j < digits; ++j) valid = key.b(j).limbs() == context.prime_count();
    if (!valid) {
        fail(ErrorCode::invalid_argument,
             "serialize: a key-switching key must have {} digits of {} rows; generate it again", digits,
             context.prime_count());
    }
}

void write_record(ObjectWriter& out, const KeySwitchKey& key) {
    out.bytes(key.seed());
    for (std::size_t j = 0; j < key.digits(); ++j) out.poly(key.parameters().context(), key.b(j));
}

KeySwitchKey read_record(ObjectReader& object, const Parameters& parameters) {
    const Context& context = parameters.context();
    const Seed seed = object.seed();
    return {parameters, seed,
            object.polys(context, context.digits(context.chain().primes.size()), context.prime_count())};
}

std::uint64_t read_element(ByteReader& reader, const Parameters& parameters) {
    const std::size_t at = reader.offset();
    const std::uint64_t limit = 2 * parameters.ring_dimension() - 1;
    const std::uint64_t element = reader.u32("a Galois element");
    if (element > limit || element % 2 == 0) {
        fail(ErrorCode::malformed_input,
             "the Galois element at offset {} is {}, it must be odd and at most {}; is the file damaged?", at, element,
             limit);
    }
    return element;
}

void check_writable(const GaloisKey& key) {
    check_writable(key.key());
    if (key.element() >= 2 * key.key().parameters().ring_dimension() || key.element() % 2 == 0) {
        fail(ErrorCode::invalid_argument,
             "serialize: {} is no Galois element, which is odd and below 2N = {}; generate the key again",
             key.element(), 2 * key.key().parameters().ring_dimension());
    }
}

void check_writable(const EvaluationKeys& keys) {
    if (keys.relinearization() != nullptr) check_writable(keys.relinearization()->key());
    for (const auto& [element, key] : keys.galois_keys()) check_writable(key);
}

std::uint64_t payload_bytes(const EvaluationKeys& keys) {
    const std::uint64_t galois = keys.galois_keys().size();
    const std::uint64_t records = galois + (keys.relinearization() != nullptr ? 1 : 0);
    return counts_bytes + galois * element_bytes + records * record_bytes(keys.parameters().context());
}

void write_payload(ObjectWriter& out, const EvaluationKeys& keys) {
    ByteWriter directory;
    directory.u32(keys.relinearization() != nullptr ? 1 : 0);
    directory.u32(static_cast<std::uint32_t>(keys.galois_keys().size()));
    for (const auto& [element, key] : keys.galois_keys()) directory.u32(static_cast<std::uint32_t>(element));
    out.fields(std::move(directory));
    if (keys.relinearization() != nullptr) write_record(out, keys.relinearization()->key());
    for (const auto& [element, key] : keys.galois_keys()) write_record(out, key.key());
}

/// What the directory promises, checked against the bytes that follow.
std::vector<std::uint64_t> read_elements(ObjectReader& object, const Parameters& parameters, bool& relinearization) {
    ByteReader& reader = object.fields();
    relinearization = reader.bounded_u32("the number of relinearisation keys", 1) == 1;
    const auto most = static_cast<std::uint32_t>(parameters.ring_dimension());  // odd numbers below 2N
    const std::uint64_t count = reader.bounded_u32("the number of Galois keys", most);
    const std::uint64_t records = count + (relinearization ? 1 : 0);
    object.expect_payload(count * element_bytes + records * record_bytes(parameters.context()));
    std::vector<std::uint64_t> elements;
    for (std::uint64_t i = 0; i < count; ++i) {
        elements.push_back(read_element(reader, parameters));
        if (i > 0 && elements[i] <= elements[i - 1]) {
            fail(ErrorCode::malformed_input,
                 "the Galois element {} before offset {} follows {}; elements must ascend; is the file damaged?",
                 elements[i], reader.offset(), elements[i - 1]);
        }
    }
    return elements;
}

/// Which of the keys are wanted.
struct Wanted {
    bool relinearization = true;
    std::optional<std::vector<std::uint64_t>> elements{};  ///< none: all

    [[nodiscard]] bool galois(std::uint64_t element) const {
        return !elements || std::ranges::find(*elements, element) != elements->end();
    }
};

EvaluationKeys read_payload(ObjectReader& object, const Parameters& parameters, const Wanted& wanted = {}) {
    bool relinearization = false;
    const std::vector<std::uint64_t> elements = read_elements(object, parameters, relinearization);
    const std::uint64_t record = record_bytes(parameters.context());
    EvaluationKeys keys(parameters);
    if (relinearization && wanted.relinearization) {
        keys.set(RelinearizationKey(read_record(object, parameters)));
    } else if (relinearization) {
        object.skip(record);
    }
    for (const std::uint64_t element : elements) {
        if (wanted.galois(element)) {
            keys.add(GaloisKey(element, read_record(object, parameters)));
        } else {
            object.skip(record);
        }
    }
    return keys;
}

/// Lets go of mapped pages that were read; they come back from the file if they are read again.
void forget_pages(std::span<const std::byte> part) {
    if (part.empty()) return;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(part.data()) / page * page;
    const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size());
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);  // advice: failing costs memory, no more
}

Expected<EvaluationKeys> read_wanted(const std::filesystem::path& path, const Parameters& parameters,
                                     const Wanted& wanted) {
    return format::reading(path, ObjectKind::evaluation_keys, [&](std::span<const std::byte> bytes) {
        ObjectReader object(bytes, ObjectKind::evaluation_keys, &parameters, forget_pages);
        return read_payload(object, parameters, wanted);
    });
}

}  // namespace

std::uint64_t serialized_size(const RelinearizationKey& key) {
    check_writable(key.key());
    return format::framed_size(ObjectKind::relinearization_key, record_bytes(key.key().parameters().context()));
}

std::uint64_t serialized_size(const GaloisKey& key) {
    check_writable(key);
    return format::framed_size(ObjectKind::galois_key, element_bytes + record_bytes(key.key().parameters().context()));
}

std::uint64_t serialized_size(const EvaluationKeys& keys) {
    check_writable(keys);
    return format::framed_size(ObjectKind::evaluation_keys, payload_bytes(keys));
}

std::vector<std::byte> serialize(const RelinearizationKey& key) {
    check_writable(key.key());
    const Parameters& parameters = key.key().parameters();
    return format::to_bytes(ObjectKind::relinearization_key, &parameters, record_bytes(parameters.context()),
                            [&](ObjectWriter& out) { write_record(out, key.key()); });
}

std::vector<std::byte> serialize(const GaloisKey& key) {
    check_writable(key);
    const Parameters& parameters = key.key().parameters();
    return format::to_bytes(ObjectKind::galois_key, &parameters, element_bytes + record_bytes(parameters.context()),
                            [&](ObjectWriter& out) {
                                ByteWriter fields;
                                fields.u32(static_cast<std::uint32_t>(key.element()));
                                out.fields(std::move(fields));
                                write_record(out, key.key());
                            });
}

std::vector<std::byte> serialize(const EvaluationKeys& keys) {
    check_writable(keys);
    return format::to_bytes(ObjectKind::evaluation_keys, &keys.parameters(), payload_bytes(keys),
                            [&](ObjectWriter& out) { write_payload(out, keys); });
}

Expected<RelinearizationKey> parse_relinearization_key(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::relinearization_key, [&] {
        ObjectReader object(bytes, ObjectKind::relinearization_key, &parameters);
        object.expect_payload(record_bytes(parameters.context()));
        return RelinearizationKey(read_record(object, parameters));
    });
}

Expected<GaloisKey> parse_galois_key(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::galois_key, [&] {
        ObjectReader object(bytes, ObjectKind::galois_key, &parameters);
        object.expect_payload(element_bytes + record_bytes(parameters.context()));
        const std::uint64_t element = read_element(object.fields(), parameters);
        return GaloisKey(element, read_record(object, parameters));
    });
}

Expected<EvaluationKeys> parse_evaluation_keys(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::evaluation_keys, [&] {
        ObjectReader object(bytes, ObjectKind::evaluation_keys, &parameters);
        return read_payload(object, parameters);
    });
}

void write_evaluation_keys(const std::filesystem::path& path, const EvaluationKeys& keys) {
    check_writable(keys);
    AtomicFile file = AtomicFile::open(path);
    ObjectWriter out(ObjectKind::evaluation_keys, &keys.parameters(), payload_bytes(keys),
                     [&](std::span<const std::byte> piece) { file.write(piece); });
    write_payload(out, keys);
    out.finish();
    file.commit();
}

Expected<EvaluationKeys> read_evaluation_keys(const std::filesystem::path& path, const Parameters& parameters) {
    return read_wanted(path, parameters, {});
}

Expected<EvaluationKeys> read_evaluation_keys(const std::filesystem::path& path, const Parameters& parameters,
                                              const KeyRequest& request) {
    return read_wanted(path, parameters, {request.relinearization, galois_elements(parameters, request)});
}

}  // namespace tacit::ckks
