// What becomes of jobs while they are checked and run, and of objects that the disk spoils.
#include <fstream>

#include "service/stores.hpp"

namespace tacit::service {

namespace {

TEST_F(Stores, JobsAreCheckedBeforeTheyAreQueued) {
    const Job job = submit(alice_, "a");
    EXPECT_EQ(job.state, JobState::checking);
    EXPECT_FALSE(store_->take(JobState::queued, {}).has_value());
    const Job checked = store_->take(JobState::checking, {}).value();
    EXPECT_EQ(checked.id, job.id);
    store_->pass(checked, 0.5);
    EXPECT_EQ(store_->job(alice_, job.id).state, JobState::queued);
    EXPECT_DOUBLE_EQ(store_->usage(alice_).seconds, 0.5);
    store_->pass(checked, 0.5);  // a second end of the same run changes nothing
    EXPECT_EQ(store_->take(JobState::queued, {})->state, JobState::running);
    EXPECT_FALSE(store_->take(JobState::checking, {}).has_value());
}

TEST_F(Stores, FailedChecksFailTheJob) {
    const Job job = submit(alice_, "a");
    store_->fail_job(store_->take(JobState::checking, {}).value(), "spoiled", 0);
    EXPECT_EQ(store_->job(alice_, job.id).state, JobState::failed);
    EXPECT_EQ(store_->job(alice_, job.id).reason, "spoiled");
}

TEST_F(Stores, ProgramsAndParametersAreSmall) {
    JobObjects objects = put_job(*store_, alice_, "a");
    objects.program = put(*store_, alice_, std::string(1'000'001, 'x'));
    expect_throws(ErrorCode::invalid_argument, "'upload/program.json' has 1000001 bytes",
                  [&] { return store_->submit(alice_, fingerprint(1), objects, {}).submitted; });
}

TEST_F(Stores, JobsHaveInputs) {
    JobObjects objects = put_job(*store_, alice_, "a");
    objects.inputs.clear();
    expect_throws(ErrorCode::invalid_argument, "inputs of 0 segments",
                  [&] { return store_->submit(alice_, fingerprint(1), objects, {}).submitted; });
}

TEST_F(Stores, JobsOfSegmentsWaitForTheirOwner) {
    JobObjects objects = put_job(*store_, alice_, "a");
    objects.inputs.push_back(put(*store_, alice_, "more inputs"));
    const JobId id = store_->submit(alice_, fingerprint(1), objects, {}).id;
    const Digest state = suspend(0);
    reopen();
    const Job waiting = store_->job(alice_, id);
    EXPECT_EQ(waiting.state, JobState::waiting);
    EXPECT_EQ(waiting.segment, 0);
    EXPECT_EQ(waiting.file("result/state-0.bin"), state);
    EXPECT_EQ(waiting.file("upload/inputs-1.bin"), hash_of("more inputs"));
    EXPECT_FALSE(take_job().has_value());
    const Digest refreshed = put(*store_, alice_, "refreshed");
    EXPECT_EQ(store_->hand_in(alice_, id, 0, refreshed).state, JobState::checking);
    EXPECT_EQ(store_->hand_in(alice_, id, 0, refreshed).state, JobState::checking);  // the same twice is once
    const Job next = take_job().value();
    EXPECT_EQ(next.file("upload/refreshed-0.bin"), refreshed);
    finish(next, "weights");
    EXPECT_EQ(store_->job(alice_, id).state, JobState::done);
    EXPECT_GT(store_->remove(alice_, id), std::string("state 0refreshedmore inputs").size());
    EXPECT_EQ(store_->usage(alice_).bytes, 0U);
    EXPECT_EQ(files("objects"), 0U);
}

TEST_F(Stores, RefreshesOfAnotherSegmentOrCustomerAreRefused) {
    const JobId id = submit(alice_, "a").id;
    const Digest refreshed = put(*store_, alice_, "refreshed");
    const auto hand_in = [&](CustomerId customer, int segment, const Digest& hash) {
        return [&, customer, segment, hash] { return store_->hand_in(customer, id, segment, hash).submitted; };
    };
    expect_throws(ErrorCode::invalid_argument, "is checking and waits for no refresh", hand_in(alice_, 0, refreshed));
    static_cast<void>(suspend(0));
    expect_throws(ErrorCode::invalid_argument, "no refresh of segment 1", hand_in(alice_, 1, refreshed));
    expect_throws(ErrorCode::invalid_argument, "no job", hand_in(bob_, 0, refreshed));
    expect_throws(ErrorCode::invalid_argument, "send it first", hand_in(alice_, 0, hash_of("never sent")));
    EXPECT_EQ(store_->job(alice_, id).state, JobState::waiting);
}

TEST_F(Stores, SpoiledRefreshLeavesTheJobWaiting) {
    const JobId id = submit(alice_, "a").id;
    static_cast<void>(suspend(0));
    static_cast<void>(store_->hand_in(alice_, id, 0, put(*store_, alice_, "spoiled")));
    store_->fail_job(store_->take(JobState::checking, {}).value(), "it is spoiled", 0);
    const Job waiting = store_->job(alice_, id);
    EXPECT_EQ(waiting.state, JobState::waiting);
    EXPECT_EQ(waiting.reason, "it is spoiled");
    EXPECT_FALSE(waiting.file("upload/refreshed-0.bin").has_value());
    EXPECT_EQ(store_->hand_in(alice_, id, 0, put(*store_, alice_, "good")).reason, "");
}

TEST_F(Stores, CancelledJobsGoOnFromTheirState) {
    const JobId id = submit(alice_, "a").id;
    static_cast<void>(suspend(0));
    store_->cancel(alice_, id);
    EXPECT_EQ(submit(alice_, "a").state, JobState::waiting);
    static_cast<void>(store_->hand_in(alice_, id, 0, put(*store_, alice_, "refreshed")));
    store_->cancel(alice_, id);
    EXPECT_EQ(submit(alice_, "a").state, JobState::checking);
    EXPECT_TRUE(take_job()->file("upload/refreshed-0.bin").has_value());
}

TEST_F(Stores, FailuresOfTheServiceAreTriedAgainAfterAPause) {
    const JobId id = submit(alice_, "a").id;
    store_->put_back(take_job().value(), Interruption::failed_here, 0);
    EXPECT_EQ(store_->job(alice_, id).state, JobState::queued);
    EXPECT_FALSE(take_job().has_value());
    EXPECT_EQ(store_->job(alice_, id).failures, 1);
    const JobId other = submit(bob_, "b").id;  // others do not wait
    const Job taken = take_job().value();
    EXPECT_EQ(taken.id, other);
    store_->put_back(taken, Interruption::died, 0);
    EXPECT_EQ(take_job()->worker_deaths, 1);
}

TEST_F(Stores, DamagedObjectsAreForgottenAndTheirJobsFail) {
    const JobId id = submit(alice_, "a").id;
    const JobId done = submit(alice_, "b").id;
    Job job = take_job().value();
    EXPECT_TRUE(store_->forget_damaged(alice_, job.files).empty());
    finish(take_job().value(), "weights");
    const Digest keys = job.file("upload/evaluation_keys.bin").value();
    std::ofstream(file_of(alice_, keys)) << "other bytes";
    fs::remove(file_of(alice_, job.file("upload/inputs.bin").value()));
    EXPECT_EQ(store_->forget_damaged(alice_, job.files).size(), 2U);
    EXPECT_EQ(store_->job(alice_, id).state, JobState::failed);
    EXPECT_THAT(store_->job(alice_, id).reason, testing::HasSubstr("submit it again"));
    EXPECT_FALSE(store_->object_state(alice_, keys).complete);
    EXPECT_EQ(store_->job(alice_, done).state, JobState::done);
    store_->forget_damaged(alice_, hash_of("weights"));
    EXPECT_EQ(store_->job(alice_, done).state, JobState::failed);
    EXPECT_EQ(submit(alice_, "a").state, JobState::checking);
    EXPECT_EQ(submit(alice_, "b").state, JobState::checking);
}

TEST_F(Stores, FilesThatWereCutShortAreNoticedOnOpening) {
    const Digest cut = put(*store_, alice_, "cut short");
    fs::resize_file(file_of(alice_, cut), 3);
    reopen();
    EXPECT_EQ(store_->recovery().objects_lost, 1U);
    EXPECT_EQ(store_->object_state(alice_, cut).bytes, 0U);
    put(*store_, alice_, "cut short");
    EXPECT_TRUE(store_->object_state(alice_, cut).complete);
}

}  // namespace

}  // namespace tacit::service
