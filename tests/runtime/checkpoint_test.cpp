#include "tacit/runtime/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"
#include "circuit/random_circuit.hpp"
#include "ckks/identical.hpp"
#include "ckks/make_parameters.hpp"
#include "ckks/serialization_format.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/runtime/executor.hpp"
#include "tacit/runtime/refresh.hpp"

namespace tacit::runtime {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;
using std::chrono::milliseconds;

constexpr std::size_t slots = 512;

/// A program with everything that its runs need.
struct Job {
    explicit Job(const circuit::Circuit& circuit, unsigned seed = 1)
        : program(compile::manage(circuit, slots)),
          parameters(ckks::insecure_parameters_for_tests(
              {.depth = program.depth(), .integer_bits = 8, .log_ring_dimension = 10})),
          keys(ckks::generate_keys(parameters, program.key_request())),
          plan(program, parameters) {
        const ckks::Encryptor encryptor(keys.secret_key);
        std::mt19937_64 generator(seed);
        std::uniform_real_distribution<double> uniform(-1, 1);
        for (const int level : program.input_levels()) {
            std::vector<double> values(slots);
            for (double& x : values) x = uniform(generator);
            inputs.push_back(encryptor.encrypt(values, level));
        }
    }
    [[nodiscard]] std::vector<ckks::Ciphertext> run(Checkpoints checkpoints, const Progress& progress = {}) const {
        return execute(plan, keys.evaluation_keys, clones(inputs), progress, {}, std::move(checkpoints));
    }
    [[nodiscard]] Digest digest() const { return run_digest(plan, keys.evaluation_keys, inputs); }
    [[nodiscard]] Expected<Checkpoint> read(const fs::path& file) const {
        return read_checkpoint(file, plan, keys.evaluation_keys, inputs);
    }

    compile::ManagedCircuit program;
    ckks::Parameters parameters;
    ckks::KeySet keys;
    compile::Plan plan;
    std::vector<ckks::Ciphertext> inputs;
};

/// Rotations together, sums, constants of every kind, an input that is read early and late.
circuit::Circuit varied() {
    return circuit::trace<3>([](auto a, auto b, auto c) {
        const auto square = a * b;
        auto sum = square * circuit::values({0.5, 1.0});
        for (int j = 1; j < 9; ++j) sum += rotate(square, j) * circuit::values({0.1, 0.2 * j});
        const auto turned = rotate(c, 1) - rotate(c, 2) + conjugate(b);
        return std::vector{sum * turned + a, c * 3 - circuit::values({1, -1}), turned * turned};
    });
}

/// Stops a run after so many instructions.
Progress stop_after(std::size_t instructions) {
    return [instructions](std::size_t done) {
        if (done >= instructions) throw Error(ErrorCode::interrupted, "stopped by the test");
    };
}

/// By instructions: what the last step before a stop may have been.
std::size_t longest_task(const compile::Plan& plan) {
    std::size_t longest = 0;
    for (std::size_t i = 0; i < plan.tasks(); ++i) longest = std::max(longest, plan.task(i).instructions.size());
    return longest + plan.program().input_levels().size();  // inputs are passed on again
}

void expect_identical(const std::vector<ckks::Ciphertext>& a, const std::vector<ckks::Ciphertext>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(identical(a[i], b[i])) << "output " << i;
}

/// A file that a run left which was stopped after so many instructions.
fs::path stopped(const Job& job, const fs::path& folder, std::size_t instructions) {
    const fs::path file = folder / "checkpoint.bin";
    fs::remove(file);
    EXPECT_THROW(static_cast<void>(job.run({.file = file, .every = milliseconds(0)}, stop_after(instructions))), Error);
    return file;
}

class CheckpointFile : public InTemporaryFolder {};

TEST_F(CheckpointFile, ARunStoppedAnywhereGoesOnToTheSameBits) {
    std::vector<circuit::Circuit> circuits{varied()};
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        circuits.push_back(circuit::RandomCircuit(seed, {.magnitude = 60, .depth = 4}).draw(12));
    }
    for (std::size_t which = 0; which < circuits.size(); ++which) {
        const Job job(circuits[which]);
        const auto expected = job.run({});
        for (const int threads : {1, 2}) {
            const ThreadLimit limit(threads);
            for (std::size_t n = 2; n < job.program.instructions().size(); n += which == 0 ? 2 : 7) {
                SCOPED_TRACE(testing::Message() << "circuit " << which << ", " << threads << " threads, stop " << n);
                const fs::path file = stopped(job, folder_, n);
                Checkpoints checkpoints{.file = file, .every = milliseconds(0)};
                ASSERT_TRUE(threads > 1 || fs::exists(file));  // two threads may stop before the first one
                if (fs::exists(file)) checkpoints.from = job.read(file).value();
                std::size_t first = 0;
                const auto outputs = job.run(std::move(checkpoints), [&](std::size_t done) {
                    if (first == 0) first = done;
                });
                expect_identical(outputs, expected);
                EXPECT_TRUE(threads > 1 || first + longest_task(job.plan) >= n)
                    << "what was done is done again: " << first;
            }
        }
    }
}

TEST_F(CheckpointFile, EveryCutOnTheWayHoldsWhatIsReadLaterAndNoMore) {
    const Job job(varied());
    const fs::path file = folder_ / "checkpoint.bin";
    const ThreadLimit one(1);
    std::size_t cuts = 0;
    static_cast<void>(job.run({.file = file, .every = milliseconds(0)}, [&](std::size_t) {
        if (!fs::exists(file)) return;
        const Checkpoint cut = job.read(file).value();
        EXPECT_LE(cut.alive.size(), job.plan.most_alive());
        EXPECT_EQ(serialize(cut, job.parameters), read_file(file, ~std::uint64_t{0}));
        ++cuts;
    }));
    EXPECT_GE(cuts, job.plan.tasks() - 1);
    EXPECT_TRUE(fs::exists(file)) << "the caller removes it";
}

TEST_F(CheckpointFile, WrittenSeldomIsWrittenNever) {
    const Job job(varied());
    const fs::path file = folder_ / "checkpoint.bin";
    expect_identical(job.run({.file = file}), job.run({}));
    EXPECT_FALSE(fs::exists(file)) << "a minute has not passed";
}

TEST_F(CheckpointFile, TooLargeIsNotWrittenAndLeavesTheOneBefore) {
    const Job job(varied());
    const fs::path file = folder_ / "checkpoint.bin";
    const ThreadLimit one(1);
    std::uint64_t largest = 0;
    static_cast<void>(job.run({.file = file, .every = milliseconds(0)}, [&](std::size_t) {
        if (fs::exists(file)) largest = std::max<std::uint64_t>(largest, fs::file_size(file));
    }));
    fs::remove(file);
    std::uint64_t written = 0;
    const auto outputs = job.run({.file = file, .every = milliseconds(0), .most_bytes = largest - 1}, [&](std::size_t) {
        if (fs::exists(file)) written = std::max<std::uint64_t>(written, fs::file_size(file));
    });
    EXPECT_GT(written, 0U);
    EXPECT_LT(written, largest);
    expect_identical(outputs, job.run({}));
    fs::remove(file);
    expect_identical(job.run({.file = file, .every = milliseconds(0), .most_bytes = 100}), outputs);
    EXPECT_FALSE(fs::exists(file));
}

TEST_F(CheckpointFile, HoldsRefreshedValuesToo) {
    const auto circuit = circuit::trace<1>([](auto x) { return refresh(x * x) * x + rotate(x, 1); });
    const Job job(circuit);
    const Refresh owner = refresh_by_owner(job.keys.secret_key);
    std::optional<ckks::Ciphertext> given;  // a refresh draws randomness, so the same one is given again
    const Refresh once = [&](const ckks::Ciphertext& worn, int level) {
        if (!given) given = owner(worn, level);
        return given->clone();
    };
    const auto run = [&](Checkpoints checkpoints, const Progress& progress) {
        return execute(job.plan, job.keys.evaluation_keys, clones(job.inputs), progress, once, std::move(checkpoints));
    };
    const auto expected = run({}, {});
    const fs::path file = folder_ / "checkpoint.bin";
    for (std::size_t n = 2; n < job.program.instructions().size(); ++n) {
        EXPECT_THROW(static_cast<void>(run({.file = file, .every = milliseconds(0)}, stop_after(n))), Error);
        Checkpoints checkpoints{.from = job.read(file).value()};
        expect_identical(run(std::move(checkpoints), {}), expected);
    }
}

TEST_F(CheckpointFile, OfAnotherRunIsRefused) {
    const Job job(varied());
    const fs::path file = stopped(job, folder_, 9);
    const Job same_program(varied());  // other keys
    EXPECT_EQ(same_program.parameters.fingerprint(), job.parameters.fingerprint());
    const auto refused = [&](const Expected<Checkpoint>& found) {
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code(), ErrorCode::parameter_mismatch);
        EXPECT_THAT(found.error().what(), testing::HasSubstr("another program, other keys or other inputs"));
        EXPECT_THAT(found.error().what(), testing::HasSubstr(file.string()));
    };
    refused(same_program.read(file));
    auto changed = clones(job.inputs);
    std::swap(changed[0], changed[1]);
    refused(read_checkpoint(file, job.plan, job.keys.evaluation_keys, changed));
    expect_throws(ErrorCode::parameter_mismatch, "execute: the checkpoint was written by run",
                  [&] { return same_program.run({.from = job.read(file).value()}); });
}

TEST_F(CheckpointFile, ThatCannotBeWrittenEndsTheRun) {
    const Job job(varied());
    expect_throws(ErrorCode::io_failure, "missing",
                  [&] { return job.run({.file = folder_ / "missing" / "file", .every = milliseconds(0)}); });
}

TEST_F(CheckpointFile, EveryTruncationAndEveryChangedByteIsRefused) {
    const Job job(circuit::trace<2>([](auto a, auto b) { return a * b + rotate(a, 1); }));
    const Bytes good = read_file(stopped(job, folder_, 4), ~std::uint64_t{0});
    const auto parse = [&](std::span<const std::byte> bytes) {
        return parse_checkpoint(bytes, job.plan, job.parameters, job.digest());
    };
    ASSERT_TRUE(parse(good));
    for (std::size_t size = 0; size < good.size(); size += size < 200 ? 1 : 997) {
        ASSERT_FALSE(parse(std::span(good).first(size))) << size;
    }
    for (std::size_t at = 0; at < good.size(); at += at < 200 ? 1 : 997) {
        Bytes bad = good;
        bad[at] ^= std::byte{4};
        ASSERT_FALSE(parse(bad)) << at;
    }
}

TEST(CheckpointBytes, ForgedFieldsAreRefusedByName) {
    const Job job(circuit::trace<2>([](auto a, auto b) { return (a * b) * b; }));
    const auto parse = [&](const std::vector<std::uint64_t>& done, const std::vector<Bytes>& objects) {
        ByteWriter out;
        out.bytes(job.digest());
        out.packed(done, 1);
        for (const Bytes& object : objects) out.bytes(object);
        const Bytes payload = std::move(out).take();
        const Bytes bytes = ckks::format::to_bytes(ckks::ObjectKind::checkpoint, &job.parameters, payload.size(),
                                                   [&](ckks::format::ObjectWriter& writer) { writer.bytes(payload); });
        return parse_checkpoint(bytes, job.plan, job.parameters, job.digest());
    };
    const auto refused = [&](const Expected<Checkpoint>& found, const char* text) {
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code(), ErrorCode::malformed_input);
        EXPECT_THAT(found.error().what(), testing::HasSubstr(text));
    };
    const std::size_t tasks = job.plan.tasks();
    std::vector<std::uint64_t> none(tasks);
    EXPECT_TRUE(parse(none, {}));
    refused(parse(none, {ckks::serialize(job.inputs[0])}), "bytes");
    std::vector<std::uint64_t> last(tasks);
    last.back() = 1;
    refused(parse(last, {}), "is marked as done but one that it waits for is not");
    std::vector<std::uint64_t> inputs(tasks);
    inputs.front() = 1;
    refused(parse(inputs, {}), "the input that it passes on is still needed");
    std::vector<std::uint64_t> first_product(tasks);  // both inputs, then the product
    for (std::size_t task = 0; task < tasks; ++task) {
        if (job.plan.task(task).operands.size() == 2) {
            first_product[task] = 1;
            break;
        }
    }
    refused(parse(first_product, {ckks::serialize(job.inputs[0])}), "but is not marked as done");
    first_product[0] = job.plan.uses(job.plan.task(0).results[0]) == 1;
    first_product[1] = job.plan.uses(job.plan.task(1).results[0]) == 1;
    refused(parse(first_product, {}), "the magic bytes");
    refused(parse(first_product, {ckks::serialize(job.inputs[0])}), "the plan wants");
}

}  // namespace
}  // namespace tacit::runtime
