#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#include "tacit/base/error.hpp"

namespace tacit {

/// A value, or the Error that says why there is none. The subset of std::expected that Tacit uses,
/// spelled alike; value() on an error throws that error itself.
template <class T>
class [[nodiscard]] Expected {
    static_assert(std::is_object_v<T> && !std::same_as<std::remove_cv_t<T>, Error>,
                  "an Expected holds an object that is not an Error");

public:
    using value_type = T;
    using error_type = Error;

    Expected(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: as std::expected
    Expected(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: shorthand

    [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value; throws the stored Error if there is none.
    [[nodiscard]] const T& value() const& {
        check();
        return *std::get_if<0>(&content_);
    }
    [[nodiscard]] T& value() & {
        check();
        return *std::get_if<0>(&content_);
    }
    [[nodiscard]] T value() && {
        check();
        return std::move(*std::get_if<0>(&content_));
    }

    /// The value; there must be one (aborts otherwise).
    [[nodiscard]] const T& operator*() const& { return *present(std::get_if<0>(&content_)); }
    [[nodiscard]] T& operator*() & { return *present(std::get_if<0>(&content_)); }
    [[nodiscard]] T operator*() && { return std::move(*present(std::get_if<0>(&content_))); }
    [[nodiscard]] const T* operator->() const { return present(std::get_if<0>(&content_)); }
    [[nodiscard]] T* operator->() { return present(std::get_if<0>(&content_)); }

    /// The error; there must be one (aborts otherwise).
    [[nodiscard]] const Error& error() const { return *present(std::get_if<1>(&content_)); }

    /// The value, or `other` if there is none.
    template <class U>
    [[nodiscard]] T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }
    template <class U>
    [[nodiscard]] T value_or(U&& other) && {
        return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(other));
    }

    /// step(value), itself an Expected; an error passes by.
    template <class Step>
    auto and_then(Step&& step) const& -> std::remove_cvref_t<std::invoke_result_t<Step, const T&>> {
        if (!has_value()) return error();
        return std::invoke(std::forward<Step>(step), **this);
    }
    template <class Step>
    auto and_then(Step&& step) && -> std::remove_cvref_t<std::invoke_result_t<Step, T>> {
        if (!has_value()) return error();
        return std::invoke(std::forward<Step>(step), *std::move(*this));
    }

    /// An Expected of step(value); an error passes by.
    template <class Step>
    auto transform(Step&& step) const& -> Expected<std::remove_cvref_t<std::invoke_result_t<Step, const T&>>> {
        if (!has_value()) return error();
        return std::invoke(std::forward<Step>(step), **this);
    }
    template <class Step>
    auto transform(Step&& step) && -> Expected<std::remove_cvref_t<std::invoke_result_t<Step, T>>> {
        if (!has_value()) return error();
        return std::invoke(std::forward<Step>(step), *std::move(*this));
    }

private:
    void check() const {
        if (!has_value()) throw Error(*std::get_if<1>(&content_));
    }
    template <class Pointer>
    static Pointer present(Pointer pointer) noexcept {
        TACIT_ASSERT(pointer != nullptr);
        return pointer;
    }

    std::variant<T, Error> content_;
};

namespace detail {
template <class T>
struct expected_of {
    using type = Expected<T>;
};
template <class T>
struct expected_of<Expected<T>> {
    using type = Expected<T>;
};
}  // namespace detail

/// Calls work() and turns a tacit::Error that it throws into a value. Other exceptions, such as
/// std::bad_alloc, pass through. If work() returns an Expected already, it is not wrapped twice.
template <class Work>
auto catching(Work&& work) -> typename detail::expected_of<std::remove_cvref_t<std::invoke_result_t<Work>>>::type {
    try {
        return std::invoke(std::forward<Work>(work));
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace tacit
