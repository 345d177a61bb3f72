#include "runtime/step.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "ring/automorphism.hpp"
#include "tacit/circuit/domains.hpp"

namespace tacit::runtime {

using ckks::Ciphertext;
using compile::Instruction;
using compile::ManagedCircuit;
using compile::Step;

EncodedConstants::EncodedConstants(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                   const Users& users)
    : program_(program), encoder_(parameters) {
    for (const auto& [needed, instructions] : users) entries_[needed].uses_left = instructions.size();
}

std::shared_ptr<const ckks::Plaintext> EncodedConstants::take(const compile::Encoding& needed) {
    Entry& entry = entries_.at(needed);
    // Whoever encodes holds the lock, and cannot come back here meanwhile: parallel loops take no other tasks.
    const std::lock_guard lock(entry.mutex);
    if (!entry.plaintext) {
        entry.plaintext = std::make_shared<const ckks::Plaintext>(
            encoder_.encode(program_.circuit().constant(needed.constant), needed.level, needed.scale_power));
    }
    return --entry.uses_left == 0 ? std::move(entry.plaintext) : entry.plaintext;
}

StepRunner::StepRunner(const ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                       const EncodedConstants::Users& users, const Refresh& refresh)
    : program_(program), evaluator_(keys), constants_(program, keys.parameters(), users), refresh_(refresh) {}

Ciphertext StepRunner::run(const Instruction& i, Ciphertext* lhs, const Ciphertext* rhs, bool last_read_of_lhs) {
    switch (i.step) {
        case Step::input: break;
        case Step::zero: return Ciphertext::zero(evaluator_.parameters(), i.type);
        case Step::add: return last_read_of_lhs ? evaluator_.add(std::move(*lhs), *rhs) : evaluator_.add(*lhs, *rhs);
        case Step::sub: return last_read_of_lhs ? evaluator_.sub(std::move(*lhs), *rhs) : evaluator_.sub(*lhs, *rhs);
        case Step::negate: return evaluator_.negate(*lhs);
        case Step::mul: return evaluator_.mul(*lhs, *rhs);
        case Step::add_constant:
            return with_constant(i, [&](const auto& constant) { return evaluator_.add(*lhs, constant); });
        case Step::mul_constant:
            return with_constant(i, [&](const auto& constant) { return evaluator_.mul(*lhs, constant); });
        case Step::mul_integer:
            return evaluator_.mul_integer(*lhs,
                                          static_cast<std::int64_t>(program_.circuit().constant(i.attribute).front()));
        case Step::relinearize_rescale: return evaluator_.relinearize_rescale(*lhs);
        case Step::rescale: return last_read_of_lhs ? evaluator_.rescale(std::move(*lhs)) : evaluator_.rescale(*lhs);
        case Step::drop_level: return evaluator_.drop_level(*lhs, i.type.level);
        case Step::rotate: return evaluator_.rotate(*lhs, i.attribute);
        case Step::conjugate: return evaluator_.conjugate(*lhs);
        case Step::refresh: return refreshed(i, *lhs);
    }
    fail(ErrorCode::internal, "executor: {} is no step on ciphertexts", to_string(i.step));
}

template <class F>
Ciphertext StepRunner::with_constant(const Instruction& i, const F& f) {
    if (const auto needed = encoding(program_, i)) return f(*constants_.take(*needed));
    return f(program_.circuit().constant(i.attribute).front());
}

Ciphertext StepRunner::refreshed(const Instruction& i, const Ciphertext& worn) const {
    Ciphertext fresh = refresh_(worn, i.type.level);
    if (!(fresh.parameters() == worn.parameters()) || !(fresh.type() == i.type)) {
        fail(ErrorCode::invalid_argument,
             "{}execute: a refreshed ciphertext has {} but the program wants {} under the parameters of the keys; give "
             "it as runtime::Refresh says",
             prefix(program_.circuit().location(i.source)), to_string(fresh.type()), to_string(i.type));
    }
    return fresh;
}

namespace {

void check_inputs(const ManagedCircuit& program, const ckks::Parameters& parameters,
                  const std::vector<Ciphertext>& inputs) {
    const auto& levels = program.input_levels();
    if (inputs.size() != levels.size()) {
        fail(ErrorCode::invalid_argument,
             "execute: {} ciphertexts given but the circuit has {} inputs; give one for each", inputs.size(),
             levels.size());
    }
    if (parameters.slots() < program.slots()) {
        fail(ErrorCode::invalid_argument,
             "execute: the circuit was managed for {} slots but the parameters have {}; manage it for these or create "
             "parameters with ParameterSpec::min_slots",
             program.slots(), parameters.slots());
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!(inputs[i].parameters() == parameters)) {
            fail(ErrorCode::parameter_mismatch,
                 "execute: input {} was encrypted under other parameters than the keys; encrypt it again", i);
        }
        const ckks::CiphertextType wanted{levels[i], 1, 1};
        if (!(inputs[i].type() == wanted)) {
            fail(ErrorCode::invalid_argument,
                 "execute: input {} has {} but the circuit wants {}; encrypt it at that level", i,
                 to_string(inputs[i].type()), to_string(wanted));
        }
    }
}

void check_keys(const ManagedCircuit& program, const ckks::EvaluationKeys& keys) {
    const ckks::KeyRequest request = program.key_request();
    if (request.relinearization && keys.relinearization() == nullptr) {
        fail(ErrorCode::missing_key,
             "execute: the circuit multiplies ciphertexts but there is no relinearisation key; generate it");
    }
    const int log_n = keys.parameters().log_ring_dimension();
    if (request.conjugation && keys.galois(ring::conjugation_element(log_n)) == nullptr) {
        fail(ErrorCode::missing_key,
             "execute: the circuit conjugates but there is no key for it; generate keys with KeyRequest::conjugation");
    }
    for (const int steps : request.rotations) {
        if (keys.galois(ring::galois_element(steps, log_n)) == nullptr) {
            fail(
                ErrorCode::missing_key,
                "execute: the circuit rotates by {} but there is no key for it; generate keys for exactly {} rotations",
                steps, request.rotations.size());
        }
    }
}

}  // namespace

void check_refreshes(const ManagedCircuit& program, const Refresh& refresh) {
    const auto& all = program.instructions();
    const auto first = std::ranges::find(all, Step::refresh, &Instruction::step);
    if (first == all.end() || refresh) return;
    fail(ErrorCode::invalid_argument,
         "{}execute: the program has {} refreshes, this one first, but there is no function for them; give a "
         "runtime::Refresh, or use parameters of depth {} and no refreshes",
         prefix(program.circuit().location(first->source)), program.count(Step::refresh),
         circuit::total_depth(program.circuit()));
}

void check_run(const ManagedCircuit& program, const ckks::EvaluationKeys& keys, const std::vector<Ciphertext>& inputs) {
    check_inputs(program, keys.parameters(), inputs);
    check_keys(program, keys);
}

}  // namespace tacit::runtime
