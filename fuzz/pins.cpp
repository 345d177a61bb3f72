// The file of pins, read, written, and the same pins again; and certificates, whose bytes a peer sends.
#include "tacit/identity/pins.hpp"

#include <string_view>

#include "common.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tacit;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto certificate = identity::fingerprint_of_certificate(text); !certificate) {
        fuzz::check_error(certificate.error());
    }
    const auto parsed = identity::parse_pins(text);
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    const std::string printed = identity::to_text(*parsed);
    if (identity::to_text(identity::parse_pins(printed).value()) != printed)
        fuzz::report("pins are not read as written");
    return 0;
}
