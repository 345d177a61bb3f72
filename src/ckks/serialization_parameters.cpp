// Parameters in bytes: the whole prime chain, checked again by whoever reads it.

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/short_hex.hpp"
#include "ckks/make_parameters.hpp"
#include "ckks/serialization_for_tests.hpp"
#include "ckks/serialization_format.hpp"

namespace tacit::ckks {

namespace {

using format::ObjectReader;
using format::ObjectWriter;

constexpr std::uint64_t fields_bytes = 20;  // ten integers of 16 bits
constexpr std::uint64_t prime_bytes = 8;

std::uint64_t payload_bytes(std::size_t prime_count) {
    return fields_bytes + prime_count * prime_bytes + sizeof(Digest);
}

enum class Security { required, may_be_absent };

std::vector<std::uint64_t> read_primes(ByteReader& reader, std::size_t count) {
    std::vector<std::uint64_t> primes(count);
    for (std::uint64_t& prime : primes) prime = reader.u64("a prime");
    return primes;
}

Chain read_chain(ObjectReader& object) {
    ByteReader& reader = object.fields();
    Chain chain;
    for (int* const field :
         {&chain.log_ring_dimension, &chain.depth, &chain.scale_bits, &chain.integer_bits, &chain.security_bits}) {
        *field = reader.u16("a field of the parameters");
    }
    for (std::size_t* const field : {&chain.base_primes, &chain.primes_per_level, &chain.digit_limbs}) {
        *field = reader.u16("a field of the parameters");
    }
    const std::size_t at = reader.offset();
    const std::size_t primes = reader.u16("the number of primes");
    const std::size_t special_primes = reader.u16("the number of special primes");
    if (primes + special_primes > max_primes) {
        fail(ErrorCode::malformed_input,
             "{} primes and {} special primes stated at offset {}, the limit is {} in all; is the file damaged?",
             primes, special_primes, at, max_primes);
    }
    object.expect_payload((primes + special_primes) * prime_bytes + sizeof(Digest));
    chain.primes = read_primes(reader, primes);
    chain.special_primes = read_primes(reader, special_primes);
    return chain;
}

/// The chain's own checks speak to users who state one; here the bytes are to blame.
void check_moduli(const Chain& chain) {
    try {
        check_chain(chain);
        if (chain.security_bits != 0) check_security(chain);
    } catch (const Error& error) {
        std::string_view reason = error.what();
        if (constexpr std::string_view prefix = "parameters: "; reason.starts_with(prefix))
            reason.remove_prefix(prefix.size());
        if (error.code() == ErrorCode::insecure_parameters) fail(ErrorCode::insecure_parameters, "{}", reason);
        fail(ErrorCode::malformed_input, "{}; is the file damaged?", reason);
    }
}

void check_read(const Chain& chain, Security security) {
    const bool tabulated = chain.security_bits == 128 || chain.security_bits == 192 || chain.security_bits == 256;
    if (!tabulated && !(chain.security_bits == 0 && security == Security::may_be_absent)) {
        fail(ErrorCode::insecure_parameters,
             "{} bits of security stated at offset {}; only 128, 192 and 256 are accepted", chain.security_bits,
             format::short_header_bytes + 8);
    }
    check_moduli(chain);
}

Expected<Parameters> parse(std::span<const std::byte> bytes, Security security) {
    return format::parsing(ObjectKind::parameters, [&] {
        ObjectReader object(bytes, ObjectKind::parameters, nullptr);
        const Chain chain = read_chain(object);
        Digest stated;
        object.fields().bytes(stated, "the fingerprint");
        check_read(chain, security);
        const Digest computed = fingerprint(chain);
        if (stated != computed) {
            fail(ErrorCode::malformed_input,
                 "the fingerprint {} does not belong to the fields before it, which have {}; is the file damaged?",
                 short_hex(stated), short_hex(computed));
        }
        return make_parameters(std::make_shared<const Context>(chain));
    });
}

}  // namespace

std::uint64_t serialized_size(const Parameters& parameters) {
    return format::framed_size(ObjectKind::parameters, payload_bytes(parameters.context().prime_count()));
}

std::vector<std::byte> serialize(const Parameters& parameters) {
    const Chain& chain = parameters.context().chain();
    ByteWriter fields;
    for (const int field :
         {chain.log_ring_dimension, chain.depth, chain.scale_bits, chain.integer_bits, chain.security_bits}) {
        fields.u16(static_cast<std::uint16_t>(field));
    }
    for (const std::size_t field : {chain.base_primes, chain.primes_per_level, chain.digit_limbs, chain.primes.size(),
                                    chain.special_primes.size()}) {
        fields.u16(static_cast<std::uint16_t>(field));
    }
    for (const std::uint64_t prime : chain.primes) fields.u64(prime);
    for (const std::uint64_t prime : chain.special_primes) fields.u64(prime);
    fields.bytes(parameters.fingerprint());
    return format::to_bytes(ObjectKind::parameters, nullptr, payload_bytes(parameters.context().prime_count()),
                            [&](ObjectWriter& out) { out.fields(std::move(fields)); });
}

Expected<Parameters> parse_parameters(std::span<const std::byte> bytes) { return parse(bytes, Security::required); }

Expected<Parameters> parse_insecure_parameters_for_tests(std::span<const std::byte> bytes) {
    return parse(bytes, Security::may_be_absent);
}

}  // namespace tacit::ckks
