#include "tacit/circuit/domains.hpp"

#include <bit>
#include <limits>

#include "base/fail.hpp"
#include "circuit/products_after.hpp"
#include "circuit/slotwise.hpp"

namespace tacit::circuit {

namespace {

std::size_t require_slots(const char* what, std::size_t slots) {
    if (!std::has_single_bit(slots) || slots > std::numeric_limits<std::int32_t>::max()) {
        fail(ErrorCode::invalid_argument, "{}: {} slots, but their number is a power of two below 2^31; round it up",
             what, slots);
    }
    return slots;
}

}  // namespace

int depth(const Circuit& circuit) {
    const std::vector<int> after = products_after(circuit);
    int deepest = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (circuit.nodes()[i].op != Op::constant) deepest = std::max(deepest, after[i]);
    }
    return deepest;
}

int total_depth(const Circuit& circuit) {
    TotalDepth domain;
    int deepest = 0;
    for (const int value : interpret(circuit, domain)) deepest = std::max(deepest, value);
    return deepest;
}

OperationCount operation_count(const Circuit& circuit) {
    OperationCount count;
    static_cast<void>(interpret(circuit, count));
    return count;
}

RotationSet::RotationSet(std::size_t slots) : slots_(require_slots("RotationSet", slots)) {}

namespace {

void insert_once(std::vector<std::int32_t>& ascending, std::int32_t steps) {
    const auto at = std::ranges::lower_bound(ascending, steps);
    if (at == ascending.end() || *at != steps) ascending.insert(at, steps);
}

}  // namespace

RotationSet::Value RotationSet::rotate(Value a, std::int32_t steps) {
    const Value result = next();
    const auto left = static_cast<std::int32_t>(normalised_steps(steps, slots_));
    if (left == 0) return a;
    insert_once(steps_, left);
    insert_once(groups_[a.index].steps, left);
    return result;
}

RotationSet::Value RotationSet::conjugate(Value a) {
    conjugation_ = true;
    groups_[a.index].conjugation = true;
    return next();
}

std::vector<RotationSet::HoistingGroup> RotationSet::hoisting_groups() const {
    std::vector<HoistingGroup> found;
    for (const auto& [source, group] : groups_) {
        if (group.steps.size() + (group.conjugation ? 1U : 0U) < 2) continue;
        found.push_back(group);
        found.back().source = {source};
    }
    return found;
}

Plain::Plain(std::size_t slots, const std::vector<std::vector<double>>& inputs)
    : slots_(require_slots("Plain", slots)) {
    take(inputs);
}

Plain::Plain(std::size_t slots, const std::vector<std::vector<std::complex<double>>>& inputs)
    : slots_(require_slots("Plain", slots)) {
    take(inputs);
}

Plain::Plain(std::size_t slots, std::initializer_list<std::vector<std::complex<double>>> inputs)
    : slots_(require_slots("Plain", slots)) {
    take(inputs);
}

template <class Inputs>
void Plain::take(const Inputs& inputs) {
    inputs_.reserve(inputs.size());
    for (const auto& values : inputs) {
        if (values.size() != slots_) {
            fail(ErrorCode::invalid_argument,
                 "Plain: input {} has {} values for {} slots; give one value per slot, zeros at the end",
                 inputs_.size(), values.size(), slots_);
        }
        inputs_.emplace_back(values);
    }
}

Plain::Value Plain::input(std::int32_t number) {
    const auto at = static_cast<std::size_t>(number);
    if (at >= inputs_.size()) {
        fail(ErrorCode::invalid_argument,
             "Plain: the circuit reads input {} but only {} were given; give one per input", number, inputs_.size());
    }
    return seen(inputs_[at]);
}

Plain::Value Plain::constant(std::span<const double> values) {
    if (values.size() > slots_) {
        fail(ErrorCode::invalid_argument,
             "Plain: a constant of {} values for {} slots; run the circuit with at least {} slots", values.size(),
             slots_, values.size());
    }
    return seen(Slots(repeated(values, slots_)));
}

Plain::Value Plain::seen(Value value) {
    largest_magnitude_ = larger(largest_magnitude_, value.magnitude());
    return value;
}

}  // namespace tacit::circuit
