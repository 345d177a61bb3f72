#include "learn/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>

#include "base/fail.hpp"

namespace tacit::learn {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::uint32_t magic_of_bytes = 0x800;  // + number of dimensions

/// The bytes of a plain or gzipped memory range, in order, with the offset for messages.
class ByteSource {
public:
    ByteSource(std::span<const std::byte> content, std::string_view name) : content_(content), name_(name) {
        zipped_ = content.size() >= 2 && content[0] == std::byte{0x1f} && content[1] == std::byte{0x8b};
        if (!zipped_) {
            return;
        }
        if (content.size() > std::numeric_limits<uInt>::max()) {
            fail(ErrorCode::malformed_input, "{}: {} compressed bytes, the limit is {}; split the file", name_,
                 content.size(), std::numeric_limits<uInt>::max());
        }
        // zlib only reads them; its type is older than const.
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
        stream_.avail_in = static_cast<uInt>(content.size());
        constexpr int largest_window_gzip_only = 15 + 16;
        if (inflateInit2(&stream_, largest_window_gzip_only) != Z_OK) {
            fail(ErrorCode::internal, "{}: zlib could not start", name_);
        }
    }
    ~ByteSource() {
        if (zipped_) {
            inflateEnd(&stream_);
        }
    }
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    /// Of the unpacked bytes.
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

    /// Fills as much of `out` as there are bytes and returns how many; fewer than asked for means the end.
    std::size_t read(std::span<std::uint8_t> out) {
        const std::size_t count = zipped_ ? read_zipped(out) : read_plain(out);
        offset_ += count;
        return count;
    }

    /// Throws unless every byte was read; for gzip this also checks length and checksum.
    void expect_end() {
        std::array<std::uint8_t, 1> beyond{};
        if (read(beyond) != 0) {
            fail(ErrorCode::malformed_input,
                 "{}: offset {}: more bytes than the header announces; the file is damaged or not an idx file", name_,
                 offset_ - 1);
        }
    }

private:
    std::size_t read_plain(std::span<std::uint8_t> out) {
        const std::size_t count = std::min(out.size(), content_.size() - offset_);
        std::memcpy(out.data(), content_.data() + offset_, count);
        return count;
    }

    std::size_t read_zipped(std::span<std::uint8_t> out) {
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());  // chunks of at most chunk_bytes
        while (stream_.avail_out > 0 && !ended_) {
            const int status = inflate(&stream_, Z_NO_FLUSH);
            if (status == Z_STREAM_END) {
                end_of_gzip();
            } else if (status != Z_OK) {
                fail(ErrorCode::malformed_input, "{}: compressed offset {}: {}; fetch the file again", name_,
                     content_.size() - stream_.avail_in,
                     status == Z_BUF_ERROR ? "the gzip data end too early"
                                           : (stream_.msg != nullptr ? stream_.msg : "the gzip data are corrupt"));
            }
        }
        return out.size() - stream_.avail_out;
    }

    void end_of_gzip() {
        ended_ = true;
        if (stream_.avail_in != 0) {
            fail(ErrorCode::malformed_input,
                 "{}: compressed offset {}: {} bytes after the end of the gzip data, the limit is 0; fetch the file "
                 "again",
                 name_, content_.size() - stream_.avail_in, stream_.avail_in);
        }
    }

    std::span<const std::byte> content_;
    std::string_view name_;
    std::size_t offset_ = 0;
    bool zipped_ = false;
    bool ended_ = false;
    z_stream stream_{};
};

std::uint32_t read_header_word(ByteSource& source, std::string_view name) {
    std::array<std::uint8_t, 4> bytes{};
    const std::size_t start = source.offset();
    const std::size_t count = source.read(bytes);
    if (count != bytes.size()) {
        fail(ErrorCode::malformed_input,
             "{}: offset {}: the header ends after {} of 4 bytes; the file is truncated or not an idx file", name,
             start, count);
    }
    std::uint32_t word = 0;
    for (const std::uint8_t byte : bytes) {
        word = word << 8 | byte;
    }
    return word;
}

std::vector<std::uint32_t> read_shape(ByteSource& source, std::span<const std::uint32_t> largest_shape,
                                      std::string_view name) {
    const std::uint32_t expected = magic_of_bytes + static_cast<std::uint32_t>(largest_shape.size());
    const std::uint32_t magic = read_header_word(source, name);
    if (magic != expected) {
        fail(ErrorCode::malformed_input,
             "{}: offset 0: the magic number is {:#010x}, it must be {:#010x} (unsigned bytes, {} dimension(s)); is "
             "this the right file?",
             name, magic, expected, largest_shape.size());
    }
    std::vector<std::uint32_t> shape;
    for (const std::uint32_t largest : largest_shape) {
        const std::size_t start = source.offset();
        const std::uint32_t length = read_header_word(source, name);
        if (length < 1 || length > largest) {
            fail(ErrorCode::malformed_input,
                 "{}: offset {}: dimension {} is {}, it must be in [1, {}]; the file is damaged or of another kind",
                 name, start, shape.size(), length, largest);
        }
        shape.push_back(length);
    }
    return shape;
}

}  // namespace

IdxArray parse_idx(std::span<const std::byte> content, std::span<const std::uint32_t> largest_shape,
                   std::string_view name) {
    ByteSource source(content, name);
    IdxArray array{read_shape(source, largest_shape, name), {}};
    std::uint64_t elements = 1;
    for (const std::uint32_t length : array.shape) {
        if (elements > std::numeric_limits<std::uint64_t>::max() / length) {
            fail(ErrorCode::malformed_input, "{}: offset 4: the dimensions overflow; the file is damaged", name);
        }
        elements *= length;
    }
    while (array.bytes.size() < elements) {
        const std::size_t have = array.bytes.size();
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes, elements - have));
        array.bytes.resize(have + wanted);
        if (source.read(std::span(array.bytes).subspan(have)) != wanted) {
            fail(ErrorCode::malformed_input,
                 "{}: offset {}: the data end here, the header announces {} bytes of data; the file is truncated, "
                 "fetch it again",
                 name, source.offset(), elements);
        }
    }
    source.expect_end();
    return array;
}

}  // namespace tacit::learn
