#pragma once

#include <mpfr.h>

namespace tacit::dp {

/// An MPFR number that frees itself.
class Real {
public:
    explicit Real(mpfr_prec_t precision) {
        [[maybe_unused]] static thread_local const ThreadCaches caches;
        mpfr_init2(value_, precision);
    }
    ~Real() { mpfr_clear(value_); }
    Real(const Real&) = delete;
    Real& operator=(const Real&) = delete;
    operator mpfr_ptr() noexcept { return value_; }  // NOLINT: reads as MPFR's own calls

private:
    /// MPFR keeps constants and memory for each thread, which are lost unless they go before the thread does.
    struct ThreadCaches {
        ThreadCaches() noexcept {}
        ~ThreadCaches() { mpfr_free_cache(); }
        ThreadCaches(const ThreadCaches&) = delete;
        ThreadCaches& operator=(const ThreadCaches&) = delete;
    };
    mpfr_t value_;
};

}  // namespace tacit::dp
