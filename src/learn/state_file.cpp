#include "learn/state_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "learn/role_files.hpp"
#include "tacit/base/files.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_line = std::size_t{1} << 16;

/// A state file in its parts; the bytes are those of the mapped file.
struct Parts {
    StateFile head{};
    std::span<const std::byte> ciphertexts{};
};

Parts take_apart(const fs::path& path, std::span<const std::byte> bytes) {
    const auto damaged = [&](const char* why) {
        fail(ErrorCode::malformed_input, "'{}' {}; copy the file again, or make it again", path.string(), why);
    };
    Digest hash{};
    if (bytes.size() < hash.size()) damaged("ends early");
    const std::span<const std::byte> content = bytes.first(bytes.size() - hash.size());
    std::memcpy(hash.data(), bytes.data() + content.size(), hash.size());
    const std::span<const std::byte> head = content.first(std::min(content.size(), largest_line));
    const auto end = std::ranges::find(head, std::byte{'\n'});
    if (end == head.end()) damaged("is no training state");
    Hasher hasher;
    hasher.update(content);
    if (hasher.finish() != hash) damaged("is damaged: its bytes do not have the hash at its end");
    const auto length = static_cast<std::size_t>(end - head.begin());
    Parts parts;
    parts.head.record = value_at(path, parse_state_record({reinterpret_cast<const char*>(bytes.data()), length}));
    parts.head.fingerprint = to_hex(hash);
    parts.head.bytes = bytes.size();
    parts.ciphertexts = content.subspan(length + 1);
    return parts;
}

}  // namespace

std::uint64_t write_state(const fs::path& path, const StateRecord& record,
                          std::span<const ckks::Ciphertext> ciphertexts) {
    AtomicFile file = AtomicFile::open(path);
    Hasher hasher;
    std::uint64_t bytes = 0;
    const auto write = [&](std::span<const std::byte> part) {
        file.write(part);
        hasher.update(part);
        bytes += part.size();
    };
    const std::string line = to_line(record) + "\n";
    write(std::as_bytes(std::span(line)));
    for (const ckks::Ciphertext& ciphertext : ciphertexts) write(ckks::serialize(ciphertext));
    const Digest hash = hasher.finish();
    file.write(std::as_bytes(std::span(hash)));
    file.commit();
    return bytes + hash.size();
}

StateFile read_state(const fs::path& path, const ckks::Parameters& parameters,
                     std::span<const ckks::CiphertextType> types) {
    const MappedFile file = MappedFile::open(path);
    Parts parts = take_apart(path, file.bytes());
    parts.head.ciphertexts = parse_ciphertexts(path, parts.ciphertexts, parameters, types);
    return std::move(parts.head);
}

StateFile read_state_record(const fs::path& path) {
    const MappedFile file = MappedFile::open(path);
    return take_apart(path, file.bytes()).head;
}

}  // namespace tacit::learn
