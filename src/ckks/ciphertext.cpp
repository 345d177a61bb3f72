#include "tacit/ckks/ciphertext.hpp"

#include <fmt/format.h>

#include "base/fail.hpp"

namespace tacit::ckks {

std::string to_string(const CiphertextType& type) {
    return fmt::format("level {}, scale power {}, degree {}", type.level, type.scale_power, type.degree);
}

Ciphertext Ciphertext::zero(const Parameters& parameters, const CiphertextType& type) {
    if (type.degree < 1 || type.degree > 2 || type.scale_power < 1 || type.scale_power > 2) {
        fail(ErrorCode::invalid_argument, "zero: there is no ciphertext of {}; degree and scale power are 1 or 2",
             to_string(type));
    }
    std::vector<ring::EvaluationPoly> polys;
    for (int i = 0; i <= type.degree; ++i) {
        polys.push_back(ring::EvaluationPoly::zero(parameters.ring_dimension(), parameters.limbs(type.level)));
    }
    return {parameters, std::move(polys), type.level, type.scale_power};
}

Ciphertext Ciphertext::clone() const {
    std::vector<ring::EvaluationPoly> polys;
    for (const auto& poly : polys_) polys.push_back(poly.clone());
    Ciphertext copy(parameters_, std::move(polys), level_, scale_power_);
    copy.seed_ = seed_;
    return copy;
}

std::size_t Ciphertext::memory_bytes() const {
    return polys_.size() * limbs() * parameters_.ring_dimension() * sizeof(double);
}

}  // namespace tacit::ckks
