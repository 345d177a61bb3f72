#pragma once

#include <mpfr.h>

namespace tacit::dp {

/// An MPFR number that frees itself.
class Real {
public:
    explicit Real(mpfr_prec_t precision) { mpfr_init2(value_, precision); }
    ~Real() { mpfr_clear(value_); }
    Real(const Real&) = delete;
    Real& operator=(const Real&) = delete;
    operator mpfr_ptr() noexcept { return value_; }  // NOLINT: reads as MPFR's own calls

private:
    mpfr_t value_;
};

}  // namespace tacit::dp
