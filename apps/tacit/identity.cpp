#include "tacit/identity/identity.hpp"

#include <fmt/format.h>

#include <string>

#include "output.hpp"
#include "service_commands.hpp"
#include "tacit/base/files.hpp"
#include "tacit/identity/pins.hpp"

namespace tacit::app {

namespace {

constexpr std::uint64_t largest_certificate_bytes = std::uint64_t{1} << 16;

identity::Fingerprint wanted_key(const IdentityOptions& options) {
    if (!options.key.empty()) return identity::parse_fingerprint(options.key).value();
    const auto bytes = read_file(options.certificate, largest_certificate_bytes);
    return identity::fingerprint_of_certificate({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
}

std::string own_lines(const identity::Identity& identity) {
    return fmt::format("{}\nkey {}\nothers trust it with: tacit identity pin --identity THEIRS --name {} --key {}",
                       identity.name(), identity::to_string(identity.fingerprint()), identity.name(),
                       identity::to_string(identity.fingerprint()));
}

}  // namespace

void create_identity(const IdentityOptions& options) {
    const auto identity = identity::Identity::create(options.folder, options.name, options.overwrite);
    print_step("identity", fmt::format("{}\nprivate key -> {}, which stays here", own_lines(identity),
                                       (options.folder / identity::file_names::private_key).string()));
}

void show_identity(const IdentityOptions& options) {
    std::string text = own_lines(identity::Identity::open(options.folder));
    const identity::Pins pins = identity::read_pins(options.folder);
    for (const identity::Pin& pin : pins.all()) {
        text += fmt::format("\npin {} {} {}", pin.name, identity::to_string(pin.fingerprint), pin.address);
    }
    print_step("identity", text);
}

void pin_identity(const IdentityOptions& options) {
    const identity::Fingerprint key = wanted_key(options);
    static_cast<void>(identity::Identity::open(options.folder));
    identity::Pins pins = identity::read_pins(options.folder);
    pins.add({options.name, key, options.address});
    identity::write_pins(options.folder, pins);
    print_step("identity", fmt::format("'{}' is trusted with key {}", options.name, identity::to_string(key)));
}

void unpin_identity(const IdentityOptions& options) {
    identity::Pins pins = identity::read_pins(options.folder);
    pins.remove(options.name);
    identity::write_pins(options.folder, pins);
    print_step("identity", fmt::format("'{}' is no longer trusted", options.name));
}

}  // namespace tacit::app
