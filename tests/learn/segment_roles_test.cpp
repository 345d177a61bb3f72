// The roles with trainings of several segments: as files, on Fisher's irises.
#include <string>
#include <variant>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"
#include "tacit/base/files.hpp"
#include "tacit/learn/roles.hpp"

namespace tacit::learn {
namespace {

namespace fs = std::filesystem;

class SegmentRoles : public InTemporaryFolder {
protected:
    [[nodiscard]] fs::path private_folder() const { return folder_ / "private"; }
    [[nodiscard]] fs::path upload_folder() const { return folder_ / "upload"; }
    [[nodiscard]] fs::path result_folder() const { return folder_ / "result"; }
    [[nodiscard]] fs::path state(int s) const { return result_folder() / file_names::state(s); }
    [[nodiscard]] fs::path refreshed(int s) const { return upload_folder() / file_names::refreshed(s); }
    [[nodiscard]] fs::path inputs(int s) const { return upload_folder() / file_names::segment_inputs(s); }

    static TrainingChoice choice(int minibatches, int segment_steps) {
        TrainingChoice choice;
        choice.recipe.minibatches = minibatches;
        choice.recipe.minibatch_size = 8;
        choice.recipe.learning_rate = 1;
        choice.segment_steps = segment_steps;
        return choice;
    }

    static DataChoice irises() {
        DataChoice data{.source = std::string(TACIT_SOURCE_DIR) + "/tests/data/iris.csv"};
        data.table.features.label = "species";
        data.table.features.positive = "versicolor";
        return data;
    }

    JobSummary make_job(const TrainingChoice& choice) {
        JobSummary job = generate_job(choice, irises(), private_folder(), upload_folder(), true);
        encrypted_ = encrypt_data(private_folder(), upload_folder());
        return job;
    }
    TrainingOutcome train_once() { return train(upload_folder(), result_folder()); }
    RefreshSummary refresh() { return refresh_state(private_folder(), result_folder(), upload_folder()); }

    /// Trains and refreshes to the end.
    StatisticsRecord train_to_the_end() {
        for (int next = 0;; ++next) {
            const TrainingOutcome outcome = train_once();
            if (const auto* statistics = std::get_if<StatisticsRecord>(&outcome)) return *statistics;
            EXPECT_EQ(std::get<NeedsRefresh>(outcome).segment, next);
            (void)refresh();
        }
    }

    /// Decrypts, and compares with the clear twin.
    void expect_the_clear_model() {
        (void)decrypt_model(private_folder(), result_folder());
        const EvaluationRecord record = evaluate(private_folder()).record;
        EXPECT_LT(record.relative_weight_error, 1e-3);
        EXPECT_EQ(record.encrypted.accuracy, record.clear.accuracy);
    }

    static void flip(const fs::path& path, std::size_t at) {
        std::vector<std::byte> bytes = read_file(path, 1 << 30);
        bytes[at] ^= std::byte{16};
        write_file_atomically(path, bytes);
    }

    /// The message of the refusal, which leaves no new state behind.
    std::string refusal(ErrorCode code, int segment) {
        const std::string message = message_of(code, [&] { (void)train_once(); });
        EXPECT_FALSE(fs::exists(state(segment)));
        return message;
    }

    EncryptionSummary encrypted_;
};

using testing::AllOf;
using testing::HasSubstr;

TEST_F(SegmentRoles, SixtyEncryptedStepsTrainTheModelOfTheClearTwin) {
    TrainingChoice sixty = choice(12, 2);
    sixty.recipe.passes = 5;
    const JobSummary job = make_job(sixty);
    ASSERT_EQ(job.program.segments.size(), 30U);
    const StatisticsRecord statistics = train_to_the_end();
    EXPECT_EQ(statistics.segments, 30);
    expect_the_clear_model();
    // What keygen promised: sizes but for heads of a few hundred bytes.
    EXPECT_NEAR(static_cast<double>(job.cost.input_bytes), static_cast<double>(encrypted_.file_bytes),
                0.001 * static_cast<double>(encrypted_.file_bytes));
    EXPECT_EQ(statistics.input_file_bytes, encrypted_.file_bytes);
    EXPECT_NEAR(static_cast<double>(job.cost.key_bytes), static_cast<double>(job.key_file_bytes),
                0.001 * static_cast<double>(job.key_file_bytes));
    EXPECT_NEAR(static_cast<double>(job.cost.state_bytes), static_cast<double>(statistics.state_file_bytes),
                0.01 * static_cast<double>(statistics.state_file_bytes));
}

TEST_F(SegmentRoles, OnlyTheNewestStateIsNeeded) {
    make_job(choice(6, 2));
    for (int segment = 0; segment < 2; ++segment) {
        EXPECT_EQ(std::get<NeedsRefresh>(train_once()).segments, 3);
        (void)refresh();
        fs::remove(state(segment));
        fs::remove(inputs(segment));
        if (segment > 0) fs::remove(refreshed(segment - 1));
    }
    EXPECT_TRUE(std::holds_alternative<StatisticsRecord>(train_once()));
    expect_the_clear_model();
}

TEST_F(SegmentRoles, AFinishedSegmentIsNotComputedAgain) {
    make_job(choice(4, 2));
    (void)train_once();
    const auto before = fs::last_write_time(state(0));
    std::size_t reports = 0;
    const auto count = [&](const TrainingWork&) { ++reports; };
    EXPECT_EQ(std::get<NeedsRefresh>(train(upload_folder(), result_folder(), count)).segment, 0);
    EXPECT_EQ(reports, 0U);
    EXPECT_EQ(fs::last_write_time(state(0)), before);
    const RefreshSummary done = refresh();
    EXPECT_EQ(done.steps, 2);
    EXPECT_EQ(done.all_steps, 4);
    std::size_t first = 0, last = 0;
    const auto range = [&](const TrainingWork& work) {
        EXPECT_EQ(work.steps(), 4U);
        EXPECT_EQ(work.segment, 1);
        EXPECT_EQ(work.segments, 2);
        if (first == 0) first = work.done;
        last = work.done;
    };
    EXPECT_TRUE(std::holds_alternative<StatisticsRecord>(train(upload_folder(), result_folder(), range)));
    EXPECT_EQ(first, 2 * progress_per_step);
    EXPECT_EQ(last, 4 * progress_per_step);
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)refresh(); }),
                AllOf(HasSubstr("nothing is left to refresh"), HasSubstr("tacit decrypt")));
}

TEST_F(SegmentRoles, OnePatientTrainingReadsTheKeysOnce) {
    make_job(choice(6, 2));
    std::vector<int> waits;
    TrainingRun run{.refresh_patience = std::chrono::seconds(60)};
    run.waiting = [&](const NeedsRefresh& wait) {
        waits.push_back(wait.segment);
        fs::remove(upload_folder() / file_names::evaluation_keys);
        EXPECT_EQ(find_refresh_need(private_folder(), result_folder(), upload_folder()), RefreshNeed::state);
        (void)refresh();
        EXPECT_EQ(find_refresh_need(private_folder(), result_folder(), upload_folder()), RefreshNeed::none);
    };
    const TrainingOutcome outcome = train(upload_folder(), result_folder(), {}, run);
    ASSERT_TRUE(std::holds_alternative<StatisticsRecord>(outcome));
    EXPECT_EQ(waits, (std::vector{0, 1}));
    EXPECT_GT(std::get<StatisticsRecord>(outcome).key_file_bytes, 0U);
    EXPECT_EQ(find_refresh_need(private_folder(), result_folder(), upload_folder()), RefreshNeed::trained);
    expect_the_clear_model();
}

TEST_F(SegmentRoles, APatientTrainingGivesUpAndGoesOnLater) {
    make_job(choice(4, 2));
    const TrainingRun run{.refresh_patience = std::chrono::milliseconds(1)};
    EXPECT_EQ(std::get<NeedsRefresh>(train(upload_folder(), result_folder(), {}, run)).segment, 0);
    (void)refresh();
    EXPECT_TRUE(std::holds_alternative<StatisticsRecord>(train(upload_folder(), result_folder(), {}, run)));
    expect_the_clear_model();
}

TEST_F(SegmentRoles, ACheckAfterARefreshReadsTheRefreshedStateAlone) {
    make_job(choice(4, 2));
    (void)train_once();
    (void)refresh();
    fs::remove(upload_folder() / file_names::evaluation_keys);
    fs::remove(inputs(1));
    check_upload(upload_folder());
    flip(refreshed(0), 5000);
    EXPECT_THAT(message_of(ErrorCode::malformed_input, [&] { check_upload(upload_folder()); }),
                HasSubstr("refreshed-0.bin' is damaged"));
}

/// Notes what it is given, and has no outputs.
class Listener : public SegmentExecutor {
public:
    std::optional<SegmentShare> share(const compile::Plan& plan, const ckks::Parameters&) override {
        rotation = plan.program().key_request().rotations.front();
        return SegmentShare{{.relinearization = false, .rotations = {rotation}}, {0, 2}};
    }
    std::optional<std::vector<ckks::Ciphertext>> execute(const compile::Plan&, const ckks::Parameters&,
                                                         const ckks::EvaluationKeys& keys,
                                                         std::map<std::size_t, ckks::Ciphertext> given, const Digest&,
                                                         const runtime::Progress&) override {
        relinearizes = keys.relinearization() != nullptr;
        rotations = keys.galois_keys().size();
        for (const auto& [number, input] : given) inputs.push_back(number);
        return std::nullopt;
    }
    int rotation = 0;
    bool relinearizes = true;
    std::size_t rotations = 0;
    std::vector<std::size_t> inputs;
};

TEST_F(SegmentRoles, AMachineReadsItsShareOfKeysAndInputsAlone) {
    make_job(choice(2, 2));
    Listener listener;
    EXPECT_FALSE(train_by(listener, upload_folder(), result_folder()).has_value());
    EXPECT_FALSE(listener.relinearizes);
    EXPECT_EQ(listener.rotations, 1U);
    EXPECT_EQ(listener.inputs, (std::vector<std::size_t>{0, 2}));
}

TEST_F(SegmentRoles, AStoppedSegmentBeginsAgainFromTheRefreshedState) {
    make_job(choice(4, 2));
    (void)train_once();
    (void)refresh();
    const auto stop = [](const TrainingWork& work) {
        if (work.done > 2 * progress_per_step) throw Error(ErrorCode::interrupted, "enough");
    };
    EXPECT_EQ(message_of(ErrorCode::interrupted, [&] { (void)train(upload_folder(), result_folder(), stop); }),
              "enough");
    (void)train_once();
    expect_the_clear_model();
}

TEST_F(SegmentRoles, EqualInputsAreEqualFiles) {
    TrainingChoice full = choice(2, 2);
    full.recipe.passes = 4;
    full.recipe.algorithm = Algorithm::gradient_descent;
    make_job(full);
    // The first segment starts from zero and the last leaves no more than weights; those between are alike.
    EXPECT_EQ(encrypted_.files, 4U);
    EXPECT_GE(encrypted_.copied_files, 1U);
    EXPECT_EQ(read_file(inputs(1), 1 << 30), read_file(inputs(2), 1 << 30));
    (void)train_to_the_end();
    expect_the_clear_model();
}

TEST_F(SegmentRoles, SigmoidsOfDegreesFiveAndSevenTrainOnCiphertexts) {
    for (const int degree : {5, 7}) {
        TrainingChoice fitted = choice(4, 2);
        fitted.sigmoid_degree = degree;
        const JobSummary job = make_job(fitted);
        EXPECT_EQ(job.program.recipe.sigmoid.degree(), static_cast<std::size_t>(degree));
        (void)train_to_the_end();
        expect_the_clear_model();
        fs::remove_all(result_folder());
    }
}

TEST_F(SegmentRoles, SeveralClassesAreRefreshedTogether) {
    TrainingChoice classes = choice(4, 2);
    classes.recipe.model = Model::multinomial;
    DataChoice data = irises();
    data.table.features.positive.clear();
    (void)generate_job(classes, data, private_folder(), upload_folder());
    (void)encrypt_data(private_folder(), upload_folder());
    (void)train_to_the_end();
    expect_the_clear_model();
}

TEST_F(SegmentRoles, AJobOfOneSegmentHasTheFilesOfOne) {
    TrainingChoice one = choice(2, 2);
    make_job(one);
    (void)train_once();
    std::vector<std::string> names;
    for (const fs::path& folder : {upload_folder(), result_folder()}) {
        for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    }
    EXPECT_THAT(names, testing::UnorderedElementsAre("program.json", "parameters.bin", "evaluation_keys.bin",
                                                     "inputs.bin", "weights.bin", "statistics.json"));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)refresh(); }), HasSubstr("nothing is left"));
}

TEST_F(SegmentRoles, WrongStatesAndInputsAreRefused) {
    make_job(choice(6, 2));
    EXPECT_THAT(message_of(ErrorCode::io_failure, [&] { (void)refresh(); }),
                AllOf(HasSubstr("no state of this training of 3 segments"), HasSubstr("tacit train")));
    (void)train_once();
    const std::vector<std::byte> first = read_file(state(0), 1 << 30);

    fs::copy_file(state(0), refreshed(0));
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, 1), HasSubstr("refreshed-0.bin"));

    (void)refresh();
    const std::vector<std::byte> good = read_file(refreshed(0), 1 << 30);
    for (const std::size_t at : {std::size_t{3}, std::size_t{5000}, good.size() - 1}) {
        flip(refreshed(0), at);
        EXPECT_THAT(refusal(ErrorCode::malformed_input, 1),
                    AllOf(HasSubstr("refreshed-0.bin"), HasSubstr("copy the file again")));
        write_file_atomically(refreshed(0), good);
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{20}, good.size() / 2}) {
        write_file_atomically(refreshed(0), std::span(good).first(size));
        EXPECT_THAT(refusal(ErrorCode::malformed_input, 1), HasSubstr("refreshed-0.bin"));
    }
    write_file_atomically(refreshed(0), good);

    fs::rename(inputs(1), folder_ / "hidden");
    EXPECT_THAT(refusal(ErrorCode::io_failure, 1), AllOf(HasSubstr("inputs-1.bin"), HasSubstr("tacit encrypt")));
    fs::rename(folder_ / "hidden", inputs(1));

    (void)train_once();
    fs::copy_file(refreshed(0), refreshed(1));
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, 2),
                AllOf(HasSubstr("holds the state after segment 0 and not 1"), HasSubstr("tacit refresh")));
    fs::remove(refreshed(1));
    flip(state(1), 4000);
    EXPECT_THAT(message_of(ErrorCode::malformed_input, [&] { (void)refresh(); }),
                AllOf(HasSubstr("state-1.bin"), HasSubstr("is damaged")));
    write_file_atomically(state(1), first);
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch, [&] { (void)refresh(); }), HasSubstr("after segment 0"));
}

TEST_F(SegmentRoles, StatesOfOtherRunsAreRefused) {
    make_job(choice(4, 2));
    (void)train_once();
    (void)refresh();
    // Encrypted again, the same rows are other ciphertexts, and the state another.
    (void)encrypt_data(private_folder(), upload_folder());
    EXPECT_FALSE(fs::exists(refreshed(0)));
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch, [&] { (void)refresh(); }),
                AllOf(HasSubstr("on other inputs"), HasSubstr("empty folder")));
    fs::rename(state(0), folder_ / "old");
    (void)train_once();
    (void)refresh();
    fs::remove(state(0));
    fs::rename(folder_ / "old", state(0));
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, 1),
                AllOf(HasSubstr("from another state than"), HasSubstr("tacit refresh")));
    make_job(choice(4, 2));  // other keys
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch, [&] { (void)train_once(); }),
                AllOf(HasSubstr("state-0.bin' is a state of another job"), HasSubstr("empty folder")));
}

TEST_F(SegmentRoles, StepsThatDoNotAddUpAreRefused) {
    make_job(choice(4, 2));
    const fs::path path = upload_folder() / file_names::program;
    ProgramRecord program = read_record<ProgramRecord>(path).value();
    program.segments.back().steps = 3;
    write_record(path, program);
    EXPECT_THAT(refusal(ErrorCode::malformed_input, 0), HasSubstr("its segments have 5 steps, its recipe 4"));
    program.segments = {{1, program.segments[0].circuit_fingerprint}, {3, program.segments[1].circuit_fingerprint}};
    write_record(path, program);
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, 0), HasSubstr("another circuit"));
}

TEST_F(SegmentRoles, ATrainingThatDivergesIsRefusedBeforeItsKeysAreMade) {
    TrainingChoice wild = choice(12, 6);
    wild.recipe.learning_rate = 100;
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { make_job(wild); }),
                AllOf(HasSubstr("training diverges"), HasSubstr("smaller learning rate")));
    EXPECT_FALSE(fs::exists(private_folder()));
}

}  // namespace
}  // namespace tacit::learn
