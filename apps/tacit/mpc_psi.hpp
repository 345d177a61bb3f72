#pragma once

#include <optional>

#include "mpc.hpp"
#include "tacit/mpc/psi.hpp"
#include "tacit/table/identifier.hpp"

namespace tacit::app::mpc {

struct PsiCommand {
    SessionOptions session;
    fs::path data;
    std::string column;
    char delimiter = ',';
    table::Spelling spelling = table::Spelling::exact;
    tacit::mpc::PsiProtocol protocol = tacit::mpc::PsiProtocol::ecdh;
    tacit::mpc::PsiOutput reveal = tacit::mpc::PsiOutput::intersection;
    std::string weights_of;  ///< who gives weights, for sums
    std::string weights;     ///< column of this party's weights
    int digits = 0;
    std::uint64_t minimum = 1;
    std::uint64_t pad = 0;
    std::uint64_t largest = 1u << 27;
    std::uint64_t runs = 1;  ///< allowed on this file and column with this party
    fs::path out;            ///< for this party's common rows
};
void psi(const PsiCommand& command);

}  // namespace tacit::app::mpc
