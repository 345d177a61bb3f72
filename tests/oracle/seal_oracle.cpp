// SEAL as an outside oracle. `run.sh` calls, for one set of parameters and one folder:
//
//     seal_oracle write SET FOLDER   our keys, ciphertexts and what must come out, for SEAL
//     oracle.mjs FOLDER/ours.json    SEAL decrypts, computes with our keys, and leaves its own objects
//     seal_oracle check SET FOLDER   we decrypt SEAL's and go on with them, under our keys and under SEAL's
//     oracle.mjs FOLDER/seals.json   SEAL decrypts what we made under its keys
//
// Every line of the table gives the largest error of a slot beside its bound, how near to its own bound any slot came,
// and the root mean square of the errors over what theory says. All of Tacit's randomness is fixed, SEAL's is not.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string_view>

#include "oracle/cases.hpp"

namespace tacit::oracle {
namespace {

int run(std::span<const char* const> arguments) {
    if (arguments.size() != 3) throw std::invalid_argument("usage: seal_oracle write|check SET FOLDER");
    Ours ours(parameter_set(arguments[1]));
    const std::filesystem::path folder = arguments[2];
    if (arguments[0] == std::string_view("write")) {
        fmt::print("{}\n", ours.parameters.summary());
        write_for_seal(ours, folder);
        return 0;
    }
    return check_seals(ours, folder) ? 0 : 1;
}

}  // namespace
}  // namespace tacit::oracle

int main(int count, char** arguments) {
    try {
        return tacit::oracle::run({arguments + 1, static_cast<std::size_t>(count - 1)});
    } catch (const std::exception& error) {
        fmt::print(stderr, "seal_oracle: {}\n", error.what());
        return 1;
    }
}
