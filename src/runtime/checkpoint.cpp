#include "tacit/runtime/checkpoint.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "ckks/serialization_format.hpp"
#include "runtime/checkpoint_file.hpp"
#include "runtime/hash_plan.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::runtime {

using ckks::Ciphertext;
using ckks::ObjectKind;
using compile::Plan;
using compile::Step;

bool passes_input(const Plan& plan, std::size_t task) {
    return plan.program().instructions()[plan.task(task).instructions.front()].step == Step::input;
}

std::vector<int> reads_left(const Plan& plan, const std::vector<bool>& done) {
    std::vector<int> left;
    for (std::uint32_t i = 0; i < plan.program().instructions().size(); ++i) left.push_back(plan.uses(i));
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (!done[task]) continue;
        for (const std::uint32_t value : plan.task(task).operands) --left[value];
    }
    return left;
}

std::vector<std::uint32_t> alive_after(const Plan& plan, const std::vector<bool>& done, const std::vector<int>& reads) {
    std::vector<std::uint32_t> alive;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (!done[task] || passes_input(plan, task)) continue;
        for (const std::uint32_t value : plan.task(task).results) {
            if (reads[value] > 0) alive.push_back(value);
        }
    }
    std::ranges::sort(alive);
    return alive;
}

void hash_plan(Hasher& hasher, const Plan& plan) {
    const compile::ManagedCircuit& program = plan.program();
    hasher.update(std::uint64_t{program.slots()});
    for (const compile::Instruction& i : program.instructions()) {
        for (const auto field :
             {static_cast<std::int64_t>(i.step), std::int64_t{i.lhs}, std::int64_t{i.rhs}, std::int64_t{i.attribute},
              std::int64_t{i.type.level}, std::int64_t{i.type.scale_power}, std::int64_t{i.type.degree}}) {
            hasher.update(static_cast<std::uint64_t>(field));
        }
    }
    for (std::size_t number = 0; number < program.circuit().constant_count(); ++number) {
        const auto constant = program.circuit().constant(static_cast<std::int32_t>(number));
        hasher.update(std::uint64_t{constant.size()});
        hasher.update(std::as_bytes(constant));
    }
    for (const std::uint32_t output : program.outputs()) hasher.update(std::uint64_t{output});
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        hasher.update(std::uint64_t{plan.task(task).instructions.size()});
        for (const std::uint32_t i : plan.task(task).instructions) hasher.update(std::uint64_t{i});
    }
}

namespace {

Digest ciphertext_digest(const Ciphertext& ciphertext) {
    Hasher hasher;
    const ckks::CiphertextType type = ciphertext.type();
    for (const int field : {type.level, type.scale_power, type.degree}) {
        hasher.update(static_cast<std::uint64_t>(field));
    }
    const std::size_t n = ciphertext.parameters().ring_dimension();
    for (std::size_t j = 0; j <= static_cast<std::size_t>(type.degree); ++j) {
        for (std::size_t i = 0; i < ciphertext.limbs(); ++i) {
            hasher.update(std::as_bytes(std::span(ciphertext.poly(j).limb(i), n)));
        }
    }
    return hasher.finish();
}

/// A generation of keys draws every seed anew.
void hash_keys(Hasher& hasher, const ckks::EvaluationKeys& keys) {
    hasher.update(keys.parameters().fingerprint());
    if (keys.relinearization() != nullptr) hasher.update(keys.relinearization()->key().seed());
    for (const auto& [element, key] : keys.galois_keys()) {
        hasher.update(element);
        hasher.update(key.key().seed());
    }
}

}  // namespace

Digest run_digest(const Plan& plan, const ckks::EvaluationKeys& keys, std::span<const Ciphertext> inputs) {
    Hasher hasher;
    hash_plan(hasher, plan);
    hash_keys(hasher, keys);
    std::vector<Digest> of_inputs(inputs.size());
    parallel_for(0, inputs.size(), [&](std::size_t i) { of_inputs[i] = ciphertext_digest(inputs[i]); });
    for (const Digest& digest : of_inputs) hasher.update(digest);
    return hasher.finish();
}

namespace {

/// What stands before the ciphertexts.
std::vector<std::byte> fields(const Digest& run, const std::vector<bool>& done) {
    ByteWriter out;
    out.bytes(run);
    out.packed(std::vector<std::uint64_t>(done.begin(), done.end()), 1);
    return std::move(out).take();
}

using ValueOf = std::function<const Ciphertext&(std::uint32_t)>;

/// A checkpoint's payload, the ciphertexts where they are.
struct Payload {
    std::vector<std::byte> leading;
    const std::vector<std::uint32_t>& alive;
    const ValueOf& value;

    [[nodiscard]] std::uint64_t bytes() const {
        std::uint64_t total = leading.size();
        for (const std::uint32_t i : alive) total += serialized_size(value(i));
        return total;
    }
    void write(ckks::format::ObjectWriter& out) const {
        out.bytes(leading);
        for (const std::uint32_t i : alive) out.bytes(serialize(value(i)));
    }
};

/// A plan runs no task before those it waits for; a task that passes an input on counts once it is read no more.
void check_done(const Plan& plan, const std::vector<bool>& done, const std::vector<int>& reads) {
    const auto refuse = [](std::size_t task, const char* what) {
        fail(ErrorCode::malformed_input, "task {} is marked as done but {}; is the file damaged?", task, what);
    };
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (passes_input(plan, task)) {
            const bool read = reads[plan.task(task).results.front()] == 0;
            if (done[task] && !read) refuse(task, "the input that it passes on is still needed");
            if (!done[task] && read) {
                fail(ErrorCode::malformed_input, "task {} passes on what nobody needs but is not marked as done", task);
            }
        } else if (!done[task]) {
            for (const std::uint32_t reader : plan.task(task).readers) {
                if (done[reader]) refuse(reader, "one that it waits for is not");
            }
        }
    }
}

/// The next whole object, which has to be of the type that the plan says.
Ciphertext read_value(ByteReader& reader, std::uint32_t i, const Plan& plan, const ckks::Parameters& parameters) {
    const std::size_t at = reader.offset();
    ByteReader ahead = reader;
    const ckks::ObjectHeader header = ckks::parse_header(ahead.bytes(ahead.remaining())).value();
    Expected<Ciphertext> parsed = ckks::parse_ciphertext(reader.bytes(header.size, "a ciphertext"), parameters);
    if (!parsed) {
        fail(parsed.error().code(), "the value of instruction {} at offset {}: {}", i, at, parsed.error().what());
    }
    const ckks::CiphertextType wanted = plan.program().instructions()[i].type;
    if (!(parsed->type() == wanted)) {
        fail(ErrorCode::malformed_input, "the value of instruction {} at offset {} has {}, the plan wants {}", i, at,
             to_string(parsed->type()), to_string(wanted));
    }
    return *std::move(parsed);
}

Checkpoint read_payload(std::span<const std::byte> bytes, const Plan& plan, const ckks::Parameters& parameters,
                        const Digest& run) {
    ckks::format::ObjectReader object(bytes, ObjectKind::checkpoint, &parameters);
    ByteReader& reader = object.fields();
    Checkpoint checkpoint;
    reader.bytes(checkpoint.run, "of which run it is");
    if (checkpoint.run != run) {
        fail(
            ErrorCode::parameter_mismatch,
            "it was written by run {}, this is run {}: another program, other keys or other inputs; remove it to begin "
            "anew",
            short_hex(checkpoint.run), short_hex(run));
    }
    std::vector<std::uint64_t> bits(plan.tasks());
    reader.packed(bits, 1, "which tasks are done");
    for (const std::uint64_t bit : bits) checkpoint.done.push_back(bit == 1);
    const std::vector<int> reads = reads_left(plan, checkpoint.done);
    check_done(plan, checkpoint.done, reads);
    for (const std::uint32_t i : alive_after(plan, checkpoint.done, reads)) {
        checkpoint.alive.emplace(i, read_value(reader, i, plan, parameters));
    }
    reader.expect_end();
    return checkpoint;
}

}  // namespace

std::vector<std::byte> serialize(const Checkpoint& checkpoint, const ckks::Parameters& parameters) {
    std::vector<std::uint32_t> alive;
    for (const auto& [i, ciphertext] : checkpoint.alive) alive.push_back(i);
    const ValueOf value = [&](std::uint32_t i) -> const Ciphertext& { return checkpoint.alive.at(i); };
    const Payload payload{fields(checkpoint.run, checkpoint.done), alive, value};
    return ckks::format::to_bytes(ObjectKind::checkpoint, &parameters, payload.bytes(),
                                  [&](ckks::format::ObjectWriter& out) { payload.write(out); });
}

Expected<Checkpoint> parse_checkpoint(std::span<const std::byte> bytes, const Plan& plan,
                                      const ckks::Parameters& parameters, const Digest& run) {
    return ckks::format::parsing(ObjectKind::checkpoint, [&] { return read_payload(bytes, plan, parameters, run); });
}

Expected<Checkpoint> read_checkpoint(const std::filesystem::path& file, const Plan& plan,
                                     const ckks::EvaluationKeys& keys, std::span<const Ciphertext> inputs) {
    return ckks::format::reading(file, ObjectKind::checkpoint, [&](std::span<const std::byte> bytes) {
        return read_payload(bytes, plan, keys.parameters(), run_digest(plan, keys, inputs));
    });
}

bool write_checkpoint(const Checkpoints& to, const ckks::Parameters& parameters, const Digest& run,
                      const std::vector<bool>& done, const std::vector<std::uint32_t>& alive, const ValueOf& value) {
    const Payload payload{fields(run, done), alive, value};
    if (ckks::format::framed_size(ObjectKind::checkpoint, payload.bytes()) > to.most_bytes) return false;
    AtomicFile file = AtomicFile::open(to.file);
    ckks::format::ObjectWriter out(ObjectKind::checkpoint, &parameters, payload.bytes(),
                                   [&](std::span<const std::byte> piece) { file.write(piece); });
    payload.write(out);
    out.finish();
    file.commit();
    return true;
}

}  // namespace tacit::runtime
