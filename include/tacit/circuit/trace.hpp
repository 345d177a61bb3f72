#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/expr.hpp"

namespace tacit::circuit {

namespace detail {

template <class T>
concept ExprRange = std::ranges::input_range<T> && std::is_same_v<std::ranges::range_value_t<T>, Expr>;

template <class R>
Circuit finish(Builder&& builder, const R& result) {
    if constexpr (std::is_same_v<R, Expr>) {
        builder.output(result);
    } else {
        static_assert(ExprRange<R>, "a traced function returns an Expr or a range of Expr");
        for (const Expr& value : result) builder.output(value);
    }
    return std::move(builder).finish();
}

template <class F, std::size_t... I>
Circuit trace(F&& function, std::index_sequence<I...>) {
    Builder builder;
    const std::array<Expr, sizeof...(I)> x{(static_cast<void>(I), builder.expr(builder.input()))...};
    return finish(std::move(builder), std::invoke(std::forward<F>(function), x[I]...));
}

}  // namespace detail

/// Runs `function` once on `Inputs` symbolic arguments and returns what it did. It returns one
/// `Expr` or a range of them: the outputs. Inputs are called x0, x1, ..., outputs y0, y1, ...
/// Costs about 0.3 us per operation. The numbers of the values follow the order in which the compiler
/// evaluates operands, so they may differ between compilers: send the circuit, not the function.
template <std::size_t Inputs, class F>
[[nodiscard]] Circuit trace(F&& function) {
    static_assert(Inputs > 0, "a circuit needs an input");
    return detail::trace(std::forward<F>(function), std::make_index_sequence<Inputs>{});
}

/// The same with the arguments in one span and named inputs: function(std::span<const Expr>).
/// An empty name becomes "x" and the number.
template <class F>
[[nodiscard]] Circuit trace(std::span<const std::string> names, F&& function) {
    Builder builder;
    std::vector<Expr> x;
    x.reserve(names.size());
    for (const std::string& name : names) x.push_back(builder.expr(builder.input(name)));
    return detail::finish(std::move(builder), std::invoke(std::forward<F>(function), std::span<const Expr>(x)));
}

template <class F>
[[nodiscard]] Circuit trace(std::size_t inputs, F&& function) {
    return trace(std::vector<std::string>(inputs), std::forward<F>(function));
}

}  // namespace tacit::circuit
