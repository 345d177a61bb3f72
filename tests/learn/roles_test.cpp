#include "tacit/learn/roles.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <set>
#include <unordered_set>

#include "base/throws.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for every test, removed afterwards.
class Roles : public testing::Test {
protected:
    Roles() {
        std::string name = (fs::temp_directory_path() / "tacit-roles-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
    }
    ~Roles() override { fs::remove_all(folder_); }

    [[nodiscard]] fs::path private_folder() const { return folder_ / "private"; }
    [[nodiscard]] fs::path upload_folder() const { return folder_ / "upload"; }
    [[nodiscard]] fs::path result_folder() const { return folder_ / "result"; }

    void make_job(Method method) {
        TrainingChoice choice{.method = method};
        choice.recipe.minibatches = 2;
        choice.recipe.minibatch_size = 16;
        (void)generate_job(choice, {}, private_folder(), upload_folder());
        (void)encrypt_data(private_folder(), upload_folder());
    }

    fs::path folder_;
};

constexpr std::size_t block_bytes = 16;

std::uint64_t key_of(std::span<const std::byte> block) {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), block.data(), block_bytes);
    return words[0] * 0x9e3779b97f4a7c15U ^ (words[1] + (words[0] >> 29));
}

/// Finds secrets in files: whoever copies 31 bytes or more of one copies an aligned block of it.
class Needles {
public:
    void add(std::span<const std::byte> secret) {
        for (; secret.size() >= block_bytes; secret = secret.subspan(block_bytes)) {
            const auto block = secret.first(block_bytes);
            if (std::ranges::count(block, block.front()) > 8) continue;  // runs of zeros and the like are no secrets
            needles_.insert(key_of(block));
        }
    }
    template <class T>
    void add(const std::vector<T>& values) {
        add(std::as_bytes(std::span(values)));
    }

    [[nodiscard]] std::size_t count_in(std::span<const std::byte> hay) const {
        std::size_t found = 0;
        for (std::size_t at = 0; at + block_bytes <= hay.size(); ++at) {
            found += needles_.contains(key_of(hay.subspan(at, block_bytes))) ? 1U : 0U;
        }
        return found;
    }
    [[nodiscard]] std::size_t size() const noexcept { return needles_.size(); }

private:
    std::unordered_set<std::uint64_t> needles_;
};

std::vector<std::byte> content(const fs::path& path) { return read_file(path, std::uint64_t{1} << 32); }

/// The secret key as it is kept, as residues of every prime (doubles, 64-bit words, packed), which hold its ternary
/// form in their first row's transform only.
void add_secret_key(Needles& needles, const fs::path& private_folder, const ckks::Parameters& parameters) {
    const auto access = ckks::insecure_secret_key_access();
    const fs::path path = private_folder / file_names::secret_key;
    const std::vector<std::byte> file = content(path);
    needles.add(std::span(file).subspan(ckks::max_header_bytes));
    const ckks::SecretKey key = ckks::read_secret_key(path, parameters, access).value();
    const std::span<const double> residues = key.residues(access);
    needles.add(std::as_bytes(residues));
    std::vector<std::uint64_t> primes = parameters.primes();
    primes.insert(primes.end(), parameters.special_primes().begin(), parameters.special_primes().end());
    const std::size_t n = parameters.ring_dimension();
    for (std::size_t i = 0; i < primes.size(); ++i) {
        std::vector<std::uint64_t> row(n);
        for (std::size_t j = 0; j < n; ++j) {
            const double r = std::fmod(residues[i * n + j], static_cast<double>(primes[i]));
            row[j] = static_cast<std::uint64_t>(r < 0 ? r + static_cast<double>(primes[i]) : r);
        }
        needles.add(row);
        ByteWriter packed;
        packed.packed(row, static_cast<int>(std::bit_width(primes[i])));
        needles.add(std::move(packed).take());
    }
}

/// The ternary secret itself: 2 bits a coefficient in the file, as signed bytes, integers and doubles.
void add_ternary(Needles& needles, const fs::path& private_folder) {
    const std::vector<std::byte> file = content(private_folder / file_names::secret_key);
    std::vector<std::int8_t> bytes;
    std::vector<std::int32_t> words;
    std::vector<double> numbers;
    for (std::size_t i = ckks::max_header_bytes; i < file.size(); ++i) {
        for (int shift = 0; shift < 8; shift += 2) {
            const int code = std::to_integer<int>(file[i] >> shift & std::byte{3});
            const int value = code == 3 ? -1 : code;  // two's complement
            bytes.push_back(static_cast<std::int8_t>(value));
            words.push_back(value);
            numbers.push_back(value);
        }
    }
    needles.add(bytes);
    needles.add(words);
    needles.add(numbers);
}

void add_pixels(Needles& needles) {
    const DataSplit split = embedded_mnist();
    std::vector<std::uint8_t> pixels;
    for (const double value : split.training.values) {
        pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * value)));
    }
    needles.add(pixels);
    needles.add(split.training.values);
    needles.add(standardised(split.training, fit_standardiser(split.training)).values);
}

ckks::Parameters parameters_of(const fs::path& folder) {
    return ckks::parse_parameters(content(folder / file_names::parameters)).value();
}

TEST_F(Roles, NothingThatTheServiceReadsHoldsTheSecretKeyOrPixels) {
    make_job(Method::mask_free);
    Needles needles;
    add_secret_key(needles, private_folder(), parameters_of(private_folder()));
    add_ternary(needles, private_folder());
    add_pixels(needles);
    ASSERT_GT(needles.size(), 100'000U);
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(upload_folder())) {
        EXPECT_EQ(needles.count_in(content(entry.path())), 0U) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 4U);
    // The search does find what is there.
    EXPECT_GT(needles.count_in(content(private_folder() / file_names::secret_key)), 100U);
}

TEST_F(Roles, TheServiceTrainsWithoutThePrivateFolder) {
    for (const Method method : {Method::baseline, Method::low_depth, Method::mask_free}) {
        make_job(method);
        fs::rename(private_folder(), folder_ / "elsewhere");
        const auto statistics = std::get<StatisticsRecord>(train(upload_folder(), result_folder()));
        fs::rename(folder_ / "elsewhere", private_folder());
        (void)decrypt_model(private_folder(), result_folder());
        const Evaluation evaluation = evaluate(private_folder());
        EXPECT_EQ(statistics.method, to_string(method));
        EXPECT_EQ(evaluation.record.job, statistics.job);
        EXPECT_LT(evaluation.record.relative_weight_error, 1e-3) << to_string(method);
        EXPECT_EQ(evaluation.record.encrypted.accuracy, evaluation.record.clear.accuracy);
        fs::remove_all(private_folder());
        fs::remove_all(upload_folder());
    }
}

TEST_F(Roles, ProgressEndsAtTheTotalAndNeverGoesBack) {
    make_job(Method::low_depth);
    std::size_t last = 0, end = 0;
    int levels_left = 0, noise_budget = 0;
    (void)train(upload_folder(), result_folder(), [&](const TrainingWork& work) {
        EXPECT_GE(work.done, last);
        if (last > 0) {
            EXPECT_LE(work.levels_left, levels_left);
            EXPECT_LE(work.noise_budget, noise_budget);
        } else {
            EXPECT_GT(work.noise_budget, 40 * work.levels);
        }
        EXPECT_LE(work.levels_left, work.levels);
        levels_left = work.levels_left;
        noise_budget = work.noise_budget;
        last = work.done;
        end = work.total;
    });
    EXPECT_EQ(levels_left, 0);
    EXPECT_GE(noise_budget, 8);  // the default integer bits, and room for a sign
    EXPECT_LT(noise_budget, 12);
    EXPECT_EQ(last, end);
    EXPECT_GT(end, 0U);
}

TEST_F(Roles, ACheckFindsWhatTrainingWouldFind) {
    make_job(Method::mask_free);
    check_upload(upload_folder());
    fs::resize_file(upload_folder() / file_names::inputs, 1000);
    EXPECT_THAT(message_of(ErrorCode::malformed_input, [&] { check_upload(upload_folder()); }),
                testing::HasSubstr("inputs.bin', ciphertext 1"));
    fs::remove(upload_folder() / file_names::inputs);
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { check_upload(upload_folder()); }),
                testing::HasSubstr("tacit encrypt"));
    EXPECT_FALSE(fs::exists(result_folder()));
}

TEST_F(Roles, AStoppedRunGoesOnFromItsCheckpointWithTheSameBits) {
    make_job(Method::low_depth);
    (void)train(upload_folder(), result_folder());
    const auto whole = read_file(result_folder() / file_names::weights, 1U << 24);
    fs::remove_all(result_folder());
    const auto stop = [](const TrainingWork& work) {
        if (work.done > work.total / 2) throw Error(ErrorCode::interrupted, "enough");
    };
    const TrainingRun at_once{.checkpoint_every = std::chrono::milliseconds(0)};
    EXPECT_EQ(message_of(ErrorCode::interrupted, [&] { (void)train(upload_folder(), result_folder(), stop, at_once); }),
              "enough");
    ASSERT_TRUE(fs::exists(result_folder() / file_names::checkpoint));
    std::size_t calls = 0, second = 0, total = 0;  // the first one says where the segment begins
    const auto begin = [&](const TrainingWork& work) {
        second = ++calls == 2 ? work.done : second;
        total = work.total;
    };
    (void)train(upload_folder(), result_folder(), begin);
    EXPECT_GT(3 * second, total);
    EXPECT_EQ(read_file(result_folder() / file_names::weights, 1U << 24), whole);
    EXPECT_FALSE(fs::exists(result_folder() / file_names::checkpoint));
}

TEST_F(Roles, WhatProgressThrowsEndsTheRunWithoutAResult) {
    make_job(Method::mask_free);
    const auto stop = [](const TrainingWork&) { throw Error(ErrorCode::interrupted, "enough"); };
    EXPECT_EQ(message_of(ErrorCode::interrupted, [&] { (void)train(upload_folder(), result_folder(), stop); }),
              "enough");
    EXPECT_TRUE(fs::is_empty(result_folder()));
}

TEST_F(Roles, RecordsSurviveTheirFiles) {
    StatisticsRecord statistics;
    statistics.job = "a \"job\"";
    statistics.seconds = 0.1;
    statistics.peak_memory_bytes = std::uint64_t{1} << 60;
    write_record(folder_ / "s.json", statistics);
    const auto read = read_record<StatisticsRecord>(folder_ / "s.json").value();
    EXPECT_EQ(read.job, statistics.job);
    EXPECT_EQ(read.seconds, statistics.seconds);
    EXPECT_EQ(read.peak_memory_bytes, statistics.peak_memory_bytes);
    const auto other = read_record<ModelRecord>(folder_ / "s.json");
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code(), ErrorCode::malformed_input);
    EXPECT_THAT(other.error().what(), testing::HasSubstr("it holds 'tacit training statistics', not 'tacit model'"));
}

TEST_F(Roles, RecordsOfOtherVersionsAreRefusedByBoth) {
    write_record(folder_ / "s.json", StatisticsRecord{});
    const auto bytes = read_file(folder_ / "s.json", 1U << 16);
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto refusal = [&](const char* version) {
        std::string other = text;
        other.replace(other.find("\"version\": 2") + 11, 1, version);
        write_file_atomically(folder_ / "s.json", std::as_bytes(std::span(other)));
        const auto read = read_record<StatisticsRecord>(folder_ / "s.json");
        EXPECT_EQ(read.error().code(), ErrorCode::malformed_input);
        return std::string(read.error().what());
    };
    const std::string path = "'" + (folder_ / "s.json").string() + "': ";
    EXPECT_EQ(refusal("1"), path +
                                "it has version 1 and this program reads version 2; an older Tacit wrote it: use that "
                                "one, or make the file again");
    EXPECT_EQ(refusal("3"), path +
                                "it has version 3 and this program reads version 2; a newer Tacit wrote it: use that "
                                "one, or update this program");
}

TEST_F(Roles, ThePlanTakesTheSmallestSecureRing) {
    const PlannedTraining planned = plan_training({.method = Method::mask_free});
    ASSERT_EQ(planned.segments.size(), 1U);
    const TrainingPlan& plan = planned.segments.front();
    const ckks::Parameters& parameters = planned.parameters;
    EXPECT_EQ(plan.program.depth(), 10);
    EXPECT_EQ(parameters.slots(), plan.training.slots);
    EXPECT_EQ(parameters.security_bits(), 128);
    EXPECT_LE(parameters.log_ring_dimension(), 15);
    const auto again = make_training_plan(Method::mask_free, {}, parameters.slots());
    EXPECT_EQ(again.fingerprint(), plan.fingerprint());
    TrainingRecipe other;
    other.momentum_offset = 2;
    EXPECT_EQ(make_training_plan(Method::mask_free, other, parameters.slots()).program.depth(), 10);
    EXPECT_NE(make_training_plan(Method::baseline, other, 32768).fingerprint(),
              make_training_plan(Method::baseline, {}, 32768).fingerprint());
}

TEST(TrainingPlan, ItsFingerprintHoldsEveryNumber) {
    const auto fingerprint = [](const auto& function) {
        const TrainingRecipe small{.minibatches = 1, .minibatch_size = 16};
        return TrainingPlan{make_training_circuit(Method::mask_free, small, 512),
                            compile::manage(circuit::trace<1>(function), 8)}
            .fingerprint();
    };
    const std::set<Digest> different{
        fingerprint([](auto x) { return x; }),
        fingerprint([](auto x) { return x * 2; }),
        fingerprint([](auto x) { return x * 3; }),
        fingerprint([](auto x) { return x * 0.5; }),
        fingerprint([](auto x) { return x * 0.25; }),
        fingerprint([](auto x) { return x + 0.5; }),
        fingerprint([](auto x) { return x + 0.25; }),
        fingerprint([](auto x) {
            return x * circuit::values({1, 0});
        }),
        fingerprint([](auto x) {
            return x * circuit::values({1, 0, 0, 0});
        }),
    };
    EXPECT_EQ(different.size(), 9U);
}

}  // namespace
}  // namespace tacit::learn
