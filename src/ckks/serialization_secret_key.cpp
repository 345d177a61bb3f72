// The secret key in bytes: two bits per coefficient. Nothing here branches on a coefficient.

#include <algorithm>

#include "ckks/rows.hpp"
#include "ckks/secret_key_rows.hpp"
#include "ckks/serialization_format.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {

using format::ObjectReader;
using format::ObjectWriter;

constexpr std::size_t per_byte = 4;

/// Bytes of a secret, wiped at the end of their scope.
class WipedBytes {
public:
    explicit WipedBytes(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
    ~WipedBytes() { wipe(bytes_); }
    WipedBytes(const WipedBytes&) = delete;
    WipedBytes& operator=(const WipedBytes&) = delete;
    [[nodiscard]] std::span<std::byte> span() noexcept { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

/// Coefficients as two's complement of two bits. Returns whether all were -1, 0 or 1.
bool pack_ternary(std::span<std::byte> out, const double* coefficients) {
    double largest = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        unsigned byte = 0;
        for (std::size_t j = 0; j < per_byte; ++j) {
            const double x = coefficients[per_byte * i + j];
            largest = std::max(largest, x * x);
            byte |= (static_cast<unsigned>(static_cast<std::int64_t>(x)) & 3U) << (2 * j);
        }
        out[i] = static_cast<std::byte>(byte);
    }
    return largest <= 1;
}

/// Returns whether no two bits were 10.
bool unpack_ternary(double* coefficients, std::span<const std::byte> in) {
    unsigned bad = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const auto byte = std::to_integer<unsigned>(in[i]);
        bad |= (byte >> 1) & ~byte & 0x55U;
        for (std::size_t j = 0; j < per_byte; ++j) {
            const int code = static_cast<int>(byte >> (2 * j)) & 3;
            coefficients[per_byte * i + j] = static_cast<double>((code & 1) - (code & 2));
        }
    }
    return bad == 0;
}

void write_key(ObjectWriter& out, const SecretKey& key) {
    const Context& context = key.parameters().context();
    const std::size_t n = context.dimension();
    SecretRow row(n);
    math::kernels().ntt_inverse(row.data(), SecretKeyRows(key)[0], 1, context.ring().table(0));
    WipedBytes packed(std::vector<std::byte>(n / per_byte));
    if (!pack_ternary(packed.span(), row.data())) {
        fail(ErrorCode::invalid_argument,
             "serialize: the secret key is not ternary; generate it with SecretKey::generate");
    }
    out.bytes(packed.span());
}

SecretKey read_key(ObjectReader& object, const Parameters& parameters) {
    const std::size_t n = parameters.ring_dimension();
    object.expect_payload(n / per_byte);
    const std::size_t at = object.fields().offset();
    SecretRow coefficients(n);
    if (!unpack_ternary(coefficients.data(), object.fields().bytes(n / per_byte, "coefficients"))) {
        fail(ErrorCode::malformed_input,
             "a coefficient from offset {} on has the bits 10, which stand for none of -1, 0, 1; is the file damaged?",
             at);
    }
    return SecretKeyRows::transformed(parameters, coefficients.data());
}

}  // namespace

std::uint64_t serialized_size(const SecretKey& key) {
    return format::framed_size(ObjectKind::secret_key, key.parameters().ring_dimension() / per_byte);
}

std::vector<std::byte> serialize(const SecretKey& key, const SecretKeyAccess&) {
    return format::to_bytes(ObjectKind::secret_key, &key.parameters(), key.parameters().ring_dimension() / per_byte,
                            [&](ObjectWriter& out) { write_key(out, key); });
}

Expected<SecretKey> parse_secret_key(std::span<const std::byte> bytes, const Parameters& parameters,
                                     const SecretKeyAccess&) {
    return format::parsing(ObjectKind::secret_key, [&] {
        ObjectReader object(bytes, ObjectKind::secret_key, &parameters);
        return read_key(object, parameters);
    });
}

void write_secret_key(const std::filesystem::path& path, const SecretKey& key, const SecretKeyAccess& access) {
    WipedBytes content(serialize(key, access));
    write_file_atomically(path, content.span(), FileMode::owner_only);
}

Expected<SecretKey> read_secret_key(const std::filesystem::path& path, const Parameters& parameters,
                                    const SecretKeyAccess&) {
    return format::reading(path, ObjectKind::secret_key, [&](std::span<const std::byte> bytes) {
        ObjectReader object(bytes, ObjectKind::secret_key, &parameters);
        return read_key(object, parameters);
    });
}

}  // namespace tacit::ckks
