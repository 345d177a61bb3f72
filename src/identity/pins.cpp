#include "tacit/identity/pins.hpp"

#include <algorithm>
#include <span>
#include <system_error>
#include <utility>

#include "base/fail.hpp"
#include "identity/tcp.hpp"
#include "tacit/base/files.hpp"
#include "tacit/identity/identity.hpp"

namespace tacit::identity {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_pins = 10'000;
constexpr std::uint64_t largest_file_bytes = std::uint64_t{1} << 23;

/// Up to the separator, which is taken away with it.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

Pin parse_line(std::string_view line) {
    Pin pin;
    pin.name = take_until(line, ' ');
    pin.fingerprint = parse_fingerprint(take_until(line, ' ')).value();
    pin.address = line;
    return pin;
}

}  // namespace

const Pin* Pins::find(const Fingerprint& fingerprint) const noexcept {
    const auto at =
        std::find_if(pins_.begin(), pins_.end(), [&](const Pin& p) { return p.fingerprint == fingerprint; });
    return at == pins_.end() ? nullptr : &*at;
}

const Pin* Pins::find(std::string_view name) const noexcept {
    const auto at = std::find_if(pins_.begin(), pins_.end(), [&](const Pin& p) { return p.name == name; });
    return at == pins_.end() ? nullptr : &*at;
}

void Pins::add(Pin pin) {
    if (!is_valid_name(pin.name)) {
        fail(ErrorCode::invalid_argument,
             "'{}' is no name for a pin; use 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first",
             pin.name.substr(0, 80));
    }
    if (!pin.address.empty() && !is_valid_address(pin.address)) {
        fail(ErrorCode::invalid_argument, "'{}' is no address of '{}'; write host:port, as in example.org:7433",
             pin.address.substr(0, 80), pin.name);
    }
    if (find(pin.name) != nullptr) {
        fail(ErrorCode::invalid_argument, "'{}' is pinned already; remove that pin first, or choose another name",
             pin.name);
    }
    if (const Pin* same = find(pin.fingerprint); same != nullptr) {
        fail(ErrorCode::invalid_argument, "this key is pinned already, as '{}'; remove that pin first", same->name);
    }
    if (pins_.size() >= most_pins) fail(ErrorCode::invalid_argument, "there are {} pins; remove some", most_pins);
    pins_.push_back(std::move(pin));
}

void Pins::remove(std::string_view name) {
    if (std::erase_if(pins_, [&](const Pin& p) { return p.name == name; }) == 0) {
        fail(ErrorCode::invalid_argument, "nobody is pinned as '{}'; `tacit identity show` lists the names", name);
    }
}

Expected<Pins> parse_pins(std::string_view text) {
    return catching([&] {
        Pins pins;
        for (int number = 1; !text.empty(); ++number) {
            const std::string_view line = take_until(text, '\n');
            if (line.empty() || line.front() == '#') continue;
            try {
                pins.add(parse_line(line));
            } catch (const Error& error) {
                fail(ErrorCode::malformed_input, "line {}: {}", number, error.what());
            }
        }
        return pins;
    });
}

std::string to_text(const Pins& pins) {
    std::string text;
    for (const Pin& pin : pins.all()) {
        text += fmt::format("{} {}{}{}\n", pin.name, to_string(pin.fingerprint), pin.address.empty() ? "" : " ",
                            pin.address);
    }
    return text;
}

Pins read_pins(const fs::path& folder) {
    const fs::path path = folder / file_names::pins;
    if (std::error_code error; !fs::exists(path, error)) return {};
    const std::vector<std::byte> bytes = read_file(path, largest_file_bytes);
    Expected<Pins> pins = parse_pins({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!pins) fail(pins.error().code(), "'{}', {}", path.string(), pins.error().what());
    return *std::move(pins);
}

void write_pins(const fs::path& folder, const Pins& pins) {
    const std::string text = to_text(pins);
    write_file_atomically(folder / file_names::pins, std::as_bytes(std::span(text)));
}

}  // namespace tacit::identity
