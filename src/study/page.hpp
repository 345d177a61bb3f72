#pragma once

#include <string_view>

/// The files of the contributors' page, part of the program: src/study/page.
namespace tacit::study::page {

[[nodiscard]] std::string_view html() noexcept;
[[nodiscard]] std::string_view script() noexcept;
[[nodiscard]] std::string_view style() noexcept;

}  // namespace tacit::study::page
