#include "study/page.hpp"

#include "base/embed.hpp"

// TACIT_PAGE_DIR comes from CMake, which also rebuilds this file when the page changes.
TACIT_EMBED(tacit_study_html, TACIT_PAGE_DIR "/study.html")
TACIT_EMBED(tacit_study_script, TACIT_PAGE_DIR "/study.js")
TACIT_EMBED(tacit_study_style, TACIT_PAGE_DIR "/study.css")

namespace tacit::study::page {

namespace {

std::string_view text(const std::byte* begin, const std::byte* end) noexcept {
    return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view html() noexcept { return text(tacit_study_html_begin, tacit_study_html_end); }
std::string_view script() noexcept { return text(tacit_study_script_begin, tacit_study_script_end); }
std::string_view style() noexcept { return text(tacit_study_style_begin, tacit_study_style_end); }

}  // namespace tacit::study::page
