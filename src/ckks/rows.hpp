#pragma once

#include "tacit/base/aligned.hpp"

namespace tacit::ckks {

/// A scratch row that held secrets: wiped when it goes out of scope.
class SecretRow {
public:
    explicit SecretRow(std::size_t n) : row_(n) {}
    ~SecretRow() { row_.wipe(); }
    SecretRow(const SecretRow&) = delete;
    SecretRow& operator=(const SecretRow&) = delete;
    [[nodiscard]] double* data() noexcept { return row_.data(); }

private:
    AlignedBuffer row_;
};

}  // namespace tacit::ckks
