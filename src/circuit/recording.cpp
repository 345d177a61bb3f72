#include "circuit/recording.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "base/fail.hpp"
#include "circuit/contents.hpp"
#include "circuit/slotwise.hpp"

namespace tacit::circuit::detail {

namespace {

void require_constant(std::span<const double> values, Location where) {
    if (!std::has_single_bit(values.size())) {
        fail(ErrorCode::invalid_argument,
             "{}constant: {} values, but their number must be a power of two so that it divides the number of slots; "
             "pad the vector",
             prefix(where), values.size());
    }
    const auto bad = std::ranges::find_if(values, [](double value) { return !std::isfinite(value); });
    if (bad != values.end()) {
        fail(ErrorCode::invalid_argument, "{}constant: slot {} is {}, but every slot must be finite; check its formula",
             prefix(where), bad - values.begin(), *bad);
    }
}

void require_name(const char* what, const std::string& name, std::unordered_set<std::string>& taken) {
    if (!is_printable(name)) {
        fail(ErrorCode::invalid_argument,
             "{}: the name '{}' contains a quote, a backslash or a control character; use other characters", what,
             name);
    }
    if (!taken.insert(name).second) {
        fail(ErrorCode::invalid_argument, "{}: the name '{}' is already taken; give every {} its own name", what, name,
             what);
    }
}

}  // namespace

Recording::Recording() { circuit_.files_.emplace_back(); }

void Recording::require_open(Op op, Location where) const {
    if (finished_) {
        fail(ErrorCode::invalid_argument,
             "{}{}: the circuit of this value is finished; use a value only within the function that is traced",
             prefix(where), to_string(op));
    }
}

void Recording::require_value(const char* operation, ValueId value, Location where) const {
    if (value.index >= circuit_.nodes_.size()) {
        fail(ErrorCode::invalid_argument,
             "{}{}: operand %{} does not exist, this circuit has {} values so far; use values that its own builder "
             "returned",
             prefix(where), operation, value.index, circuit_.nodes_.size());
    }
}

ValueId Recording::input(std::string name, Location where) {
    require_open(Op::input, where);
    const auto number = static_cast<std::int32_t>(circuit_.inputs_.size());
    if (name.empty()) name = fmt::format("x{}", number);
    require_name("input", name, input_names_);
    const ValueId value = append({Op::input, {}, {}, number}, where);
    circuit_.inputs_.push_back({std::move(name), value});
    return value;
}

ValueId Recording::constant(std::span<const double> values, Location where) {
    require_open(Op::constant, where);
    require_constant(values, where);
    values = shortest_period(values);
    const auto equal = [&](std::uint32_t number) {
        return same_bits(circuit_.constant(static_cast<std::int32_t>(number)), values);
    };
    const auto insert = [&] {
        auto& pool = circuit_.constant_values_;
        const std::vector<double> own(values.begin(), values.end());  // `values` may lie in the pool
        pool.insert(pool.end(), own.begin(), own.end());
        circuit_.constant_ends_.push_back(pool.size());
        return static_cast<std::uint32_t>(circuit_.constant_ends_.size() - 1);
    };
    const std::uint32_t number = constants_.find_or_insert(hash_of(values), equal, insert);
    return emit({Op::constant, {}, {}, static_cast<std::int32_t>(number)}, where);
}

ValueId Recording::binary(Op op, ValueId a, ValueId b, Location where) {
    require_open(op, where);
    require_value(to_string(op), a, where);
    require_value(to_string(op), b, where);
    if (is_constant(a) && is_constant(b)) return constant(slotwise(op, values_of(a), values_of(b)), where);
    if (op != Op::sub && (is_constant(a) || (!is_constant(b) && b.index < a.index))) std::swap(a, b);
    return emit({op, a, b, 0}, where);
}

ValueId Recording::negate(ValueId a, Location where) {
    require_open(Op::negate, where);
    require_value(to_string(Op::negate), a, where);
    if (is_constant(a)) return constant(negated(values_of(a)), where);
    return emit({Op::negate, a, {}, 0}, where);
}

ValueId Recording::rotate(ValueId a, std::int32_t steps, Location where) {
    require_open(Op::rotate, where);
    require_value(to_string(Op::rotate), a, where);
    if (is_constant(a)) return constant(rotated(values_of(a), steps), where);
    return steps == 0 ? a : emit({Op::rotate, a, {}, steps}, where);
}

ValueId Recording::conjugate(ValueId a, Location where) {
    require_open(Op::conjugate, where);
    require_value(to_string(Op::conjugate), a, where);
    return is_constant(a) ? a : emit({Op::conjugate, a, {}, 0}, where);  // constants are real
}

ValueId Recording::refresh(ValueId a, Location where) {
    require_open(Op::refresh, where);
    require_value(to_string(Op::refresh), a, where);
    return is_constant(a) ? a : emit({Op::refresh, a, {}, 0}, where);  // constants have no levels
}

void Recording::output(ValueId value, std::string name) {
    if (finished_) {
        fail(ErrorCode::invalid_argument, "output: the circuit is finished; name its outputs before that");
    }
    require_value("output", value, {});
    if (name.empty()) name = fmt::format("y{}", circuit_.outputs_.size());
    require_name("output", name, output_names_);
    circuit_.outputs_.push_back(value);
    circuit_.output_names_.push_back(std::move(name));
}

Circuit Recording::finish() {
    if (finished_) fail(ErrorCode::invalid_argument, "finish: the circuit is finished already; keep the first result");
    if (circuit_.outputs_.empty()) {
        fail(ErrorCode::invalid_argument, "finish: the circuit of {} values has no output; declare at least one",
             circuit_.nodes_.size());
    }
    finished_ = true;
    circuit_.verify();
    return std::move(circuit_);
}

ValueId Recording::emit(const Node& node, Location where) {
    const auto equal = [&](std::uint32_t index) { return circuit_.nodes_[index] == node; };
    return {nodes_.find_or_insert(hash_of(node), equal, [&] { return append(node, where).index; })};
}

ValueId Recording::append(const Node& node, Location where) {
    TACIT_ASSERT(circuit_.nodes_.size() < std::numeric_limits<std::int32_t>::max());
    const auto index = static_cast<std::uint32_t>(circuit_.nodes_.size());
    circuit_.nodes_.push_back(node);
    circuit_.places_.push_back({file_number(where.file), where.line});
    return {index};
}

std::uint32_t Recording::file_number(std::string_view file) {
    // Nearly always the same literal as the last time.
    if (file.data() == last_file_.data() && file.size() == last_file_.size()) return last_file_number_;
    auto& files = circuit_.files_;
    const auto found = std::ranges::find(files, file);
    last_file_number_ = static_cast<std::uint32_t>(found - files.begin());
    if (found == files.end()) files.emplace_back(file);
    last_file_ = file;
    return last_file_number_;
}

}  // namespace tacit::circuit::detail
