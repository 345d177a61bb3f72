#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/identity/fingerprint.hpp"

namespace tacit::identity {

/// A party that is trusted to be who its key says.
struct Pin {
    std::string name;  ///< what we call it; not what its certificate says
    Fingerprint fingerprint;
    std::string address{};  ///< host:port where it listens; empty if it never does
};

/// The parties that somebody trusts, by name and by key; each name and each key at most once.
class Pins {
public:
    /// Null if there is none.
    [[nodiscard]] const Pin* find(const Fingerprint& fingerprint) const noexcept;
    [[nodiscard]] const Pin* find(std::string_view name) const noexcept;
    /// Throws invalid_argument for a name that is none, an address that is not host:port, and a name or key that is
    /// pinned already.
    void add(Pin pin);
    /// Throws invalid_argument if there is no such name.
    void remove(std::string_view name);
    [[nodiscard]] const std::vector<Pin>& all() const noexcept { return pins_; }

private:
    std::vector<Pin> pins_;
};

/// A line per pin: name, fingerprint and perhaps address, separated by one space; lines that begin with '#' and empty
/// ones count for nothing. At most 10,000 pins; malformed_input names the line.
[[nodiscard]] Expected<Pins> parse_pins(std::string_view text);
[[nodiscard]] std::string to_text(const Pins& pins);

/// The file `pins` of an identity's folder; none if there is no such file. Throws malformed_input and io_failure.
[[nodiscard]] Pins read_pins(const std::filesystem::path& folder);
/// Whole or not at all. Throws io_failure.
void write_pins(const std::filesystem::path& folder, const Pins& pins);

}  // namespace tacit::identity
