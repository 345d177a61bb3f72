#include <fmt/format.h>

#include <fstream>

#include "service/stores.hpp"

namespace tacit::service {

namespace {

TEST_F(Stores, CustomersAreTheirKeysForEver) {
    const CustomerId before = alice_;
    EXPECT_NE(alice_, bob_);
    reopen();
    EXPECT_EQ(alice_, before);
}

TEST_F(Stores, OneProcessAtATime) {
    expect_throws(ErrorCode::io_failure, "another server", [&] { return Store(folder_ / "store").count({}); });
}

TEST_F(Stores, StoreOfAnotherVersionIsRefused) {
    store_.reset();
    Database(folder_ / "store" / "store.sqlite").script("PRAGMA user_version = 99");
    expect_throws(ErrorCode::io_failure, "version 99", [&] { return Store(folder_ / "store").count({}); });
    Database(folder_ / "store" / "store.sqlite").script("PRAGMA user_version = 2");
    reopen();
}

TEST_F(Stores, SpoiledDatabaseIsRefused) {
    store_.reset();
    std::ofstream(folder_ / "store" / "store.sqlite") << std::string(5000, 'x');
    expect_throws(ErrorCode::io_failure, "the store's database", [&] { return Store(folder_ / "store").count({}); });
    fs::remove_all(folder_ / "store");
    reopen();
}

TEST_F(Stores, ObjectsAreThereOnceTheirLastByteCame) {
    const std::string text = "an object";
    {
        Upload upload = store_->begin_upload(alice_, hash_of(text), text.size(), {});
        upload.append(bytes_of(text).first(3));
        EXPECT_FALSE(upload.finish());
    }
    EXPECT_EQ(store_->object_state(alice_, hash_of(text)).bytes, 3U);
    expect_throws(ErrorCode::invalid_argument, "no object", [&] {
        static_cast<void>(store_->open_object(alice_, hash_of(text)));
        return 0;
    });
    reopen();
    Upload upload = store_->begin_upload(alice_, hash_of(text), text.size(), {});
    EXPECT_EQ(upload.offset(), 3U);
    upload.append(bytes_of(text).subspan(3));
    EXPECT_TRUE(upload.finish());
    const ObjectState state = store_->object_state(alice_, hash_of(text));
    EXPECT_TRUE(state.complete);
    EXPECT_EQ(state.bytes, text.size());
    EXPECT_EQ(files("uploads"), 0U);
}

TEST_F(Stores, OneCustomerNeverSeesAnothersObjects) {
    const Digest hash = put(*store_, alice_, "secret of alice");
    EXPECT_FALSE(store_->object_state(bob_, hash).complete);
    EXPECT_EQ(store_->object_state(bob_, hash).bytes, 0U);
    expect_throws(ErrorCode::invalid_argument, "no object", [&] {
        static_cast<void>(store_->open_object(bob_, hash));
        return 0;
    });
    const Job job = submit(alice_, "a");
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return store_->job(bob_, job.id).submitted; });
    expect_throws(ErrorCode::invalid_argument, "no job", [&] {
        store_->cancel(bob_, job.id);
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return store_->remove(bob_, job.id); });
    EXPECT_TRUE(store_->jobs(bob_).empty());
    const JobObjects others = put_job(*store_, alice_, "a");
    expect_throws(ErrorCode::invalid_argument, "send it first",
                  [&] { return store_->submit(bob_, fingerprint(2), others, {}).submitted; });
}

TEST_F(Stores, BytesWithAnotherHashAreForgotten) {
    const Digest hash = hash_of("right");
    {
        Upload upload = store_->begin_upload(alice_, hash, 5, {});
        upload.append(bytes_of("wrong"));
        expect_throws(ErrorCode::malformed_input, "send it again", [&] { return upload.finish(); });
    }
    EXPECT_EQ(store_->object_state(alice_, hash).bytes, 0U);
    EXPECT_EQ(store_->usage(alice_).bytes, 0U);
    put(*store_, alice_, "right");
    EXPECT_TRUE(store_->object_state(alice_, hash).complete);
}

TEST_F(Stores, MoreBytesThanAnnouncedAreRefused) {
    Upload upload = store_->begin_upload(alice_, hash_of("abc"), 3, {});
    expect_throws(ErrorCode::invalid_argument, "3 bytes", [&] {
        upload.append(bytes_of("abcd"));
        return 0;
    });
}

TEST_F(Stores, NewerUploadTakesOver) {
    Upload old = store_->begin_upload(alice_, hash_of("abcdef"), 6, {});
    old.append(bytes_of("abc"));
    Upload young = store_->begin_upload(alice_, hash_of("abcdef"), 6, {});
    EXPECT_EQ(young.offset(), 3U);
    expect_throws(ErrorCode::invalid_argument, "took over", [&] {
        old.append(bytes_of("def"));
        return 0;
    });
    young.append(bytes_of("def"));
    EXPECT_TRUE(young.finish());
}

TEST_F(Stores, PromisedBytesCountAgainstTheQuota) {
    const Quota quota{.bytes = 10, .object_bytes = 8};
    expect_throws(ErrorCode::quota_exceeded, "1 to 8", [&] { return put(*store_, alice_, "123456789", quota); });
    expect_throws(ErrorCode::quota_exceeded, "1 to 8", [&] { return put(*store_, alice_, "", quota); });
    static_cast<void>(store_->begin_upload(alice_, hash_of("1234567"), 7, quota));
    expect_throws(ErrorCode::quota_exceeded, "7 of your 10", [&] { return put(*store_, alice_, "abcd", quota); });
    put(*store_, bob_, "abcd", quota);
    put(*store_, alice_, "1234567", quota);  // its bytes are promised already
    EXPECT_EQ(store_->usage(alice_).bytes, 7U);
}

TEST_F(Stores, CheckpointsCountAgainstTheQuota) {
    static_cast<void>(submit(alice_, "a"));
    const Job job = take_job().value();
    const std::uint64_t before = store_->usage(alice_).bytes;
    const fs::path result = store_->work_folder(job) / "result";
    fs::create_directories(result);
    write_file_atomically(result / "checkpoint.bin", bytes_of("123456789"));
    EXPECT_EQ(store_->checkpoint_bytes(job), 9U);
    EXPECT_EQ(store_->usage(alice_).bytes, before + 9);
    EXPECT_EQ(store_->usage(bob_).bytes, 0U);
    expect_throws(ErrorCode::quota_exceeded, fmt::format("{} of your {}", before + 9, before + 11).c_str(),
                  [&] { return put(*store_, alice_, "abc", {.bytes = before + 11}); });
    put(*store_, alice_, "ab", {.bytes = before + 11});
    store_->cancel(alice_, job.id);
    fs::remove_all(store_->work_folder(job));
    EXPECT_EQ(store_->usage(alice_).bytes, before + 2);
}

TEST_F(Stores, TheSameRequestIsTheSameJob) {
    const Job first = submit(alice_, "a");
    EXPECT_EQ(submit(alice_, "a").id, first.id);
    EXPECT_EQ(store_->jobs(alice_).size(), 1U);
    EXPECT_NE(submit(bob_, "a").id, first.id);
}

TEST_F(Stores, UnfinishedJobsAreLimited) {
    const Quota quota{.jobs = 1};
    static_cast<void>(submit(alice_, "a", quota));
    expect_throws(ErrorCode::quota_exceeded, "1 unfinished", [&] { return submit(alice_, "b", quota).submitted; });
    static_cast<void>(submit(bob_, "b", quota));
}

TEST_F(Stores, CustomersTakeTurns) {
    for (const char* name : {"a1", "a2", "a3"}) static_cast<void>(submit(alice_, name));
    static_cast<void>(submit(bob_, "b1"));
    std::vector<CustomerId> order;
    while (const auto job = take_job()) {
        order.push_back(job->customer);
        store_->fail_job(*job, "done with", 0);
    }
    EXPECT_EQ(order, (std::vector{alice_, bob_, alice_, alice_}));
}

TEST_F(Stores, CustomersWithoutSecondsWait) {
    const Quota quota{.seconds = 2};
    const Job job = submit(alice_, "a");
    static_cast<void>(submit(alice_, "b"));
    store_->fail_job(take_job(quota).value(), "reason", 2.5);
    EXPECT_FALSE(take_job(quota).has_value());
    EXPECT_TRUE(take_job().has_value());
    EXPECT_EQ(store_->job(alice_, job.id).reason, "reason");
    EXPECT_DOUBLE_EQ(store_->usage(alice_).seconds, 2.5);
}

TEST_F(Stores, FinishedResultsOutliveReopening) {
    const Job job = submit(alice_, "a");
    finish(take_job().value(), "weights");
    reopen();
    const Job found = store_->job(alice_, job.id);
    EXPECT_EQ(found.state, JobState::done);
    EXPECT_EQ(found.file("result/weights.bin"), hash_of("weights"));
    EXPECT_TRUE(store_->object_state(alice_, hash_of("weights")).complete);
    EXPECT_EQ(store_->recovery().jobs_requeued, 0U);
    EXPECT_EQ(submit(alice_, "a").state, JobState::done);  // nothing is computed twice
}

TEST_F(Stores, InterruptedJobsAreQueuedAgain) {
    static_cast<void>(submit(alice_, "a"));
    static_cast<void>(take_job());
    EXPECT_EQ(store_->count(JobState::running), 1U);
    reopen();
    EXPECT_EQ(store_->recovery().jobs_requeued, 1U);
    EXPECT_TRUE(take_job().has_value());
}

TEST_F(Stores, CancelledJobsStayCancelledWhateverTheirRunGives) {
    const Job job = submit(alice_, "a");
    const Job taken = take_job().value();
    store_->cancel(alice_, job.id);
    finish(taken, "weights");
    EXPECT_EQ(store_->job(alice_, job.id).state, JobState::cancelled);
    EXPECT_FALSE(store_->object_state(alice_, hash_of("weights")).complete);
    EXPECT_EQ(submit(alice_, "a").state, JobState::checking);
}

TEST_F(Stores, RemoveFreesWhatNoOtherJobNeeds) {
    JobObjects first = put_job(*store_, alice_, "a");
    JobObjects second = put_job(*store_, alice_, "b");
    second.evaluation_keys = first.evaluation_keys;
    const Job job = store_->submit(alice_, fingerprint(1), first, {});
    static_cast<void>(store_->submit(alice_, fingerprint(1), second, {}));
    expect_throws(ErrorCode::invalid_argument, "cancel it first", [&] { return store_->remove(alice_, job.id); });
    finish(take_job().value(), "weights");
    const std::uint64_t before = store_->usage(alice_).bytes;
    const std::uint64_t freed = store_->remove(alice_, job.id);
    EXPECT_EQ(store_->usage(alice_).bytes, before - freed);
    EXPECT_EQ(freed, std::string("a programa parametersa inputsweightsstatistics of weights").size());
    EXPECT_TRUE(store_->object_state(alice_, first.evaluation_keys).complete);
    EXPECT_FALSE(store_->object_state(alice_, first.inputs.front()).complete);
    expect_throws(ErrorCode::invalid_argument, "no job", [&] { return store_->job(alice_, job.id).submitted; });
}

TEST_F(Stores, CleanForgetsWhatNoJobNamesAndEndsUploads) {
    const Job job = submit(alice_, "a");
    finish(take_job().value(), "weights");
    const std::uint64_t used = store_->usage(alice_).bytes;
    const Digest unused = put(*store_, alice_, "unused");
    const Digest others = put(*store_, bob_, "of bob");
    Upload upload = store_->begin_upload(alice_, hash_of("abcdef"), 6, {});
    upload.append(bytes_of("abc"));
    EXPECT_EQ(store_->clean(alice_), 6U + 6U);
    EXPECT_EQ(store_->usage(alice_).bytes, used);
    EXPECT_FALSE(store_->object_state(alice_, unused).complete);
    EXPECT_TRUE(store_->object_state(alice_, job.file("upload/inputs.bin").value()).complete);
    EXPECT_TRUE(store_->object_state(alice_, hash_of("weights")).complete);
    EXPECT_TRUE(store_->object_state(bob_, others).complete);
    EXPECT_EQ(files("uploads"), 0U);
    expect_throws(ErrorCode::invalid_argument, "took over", [&] {
        upload.append(bytes_of("def"));
        return 0;
    });
}

TEST_F(Stores, FilesWithoutARowAreRemovedAndRowsWithoutAFileAreNoticed) {
    const Digest kept = put(*store_, alice_, "kept");
    const Digest lost = put(*store_, alice_, "lost");
    const fs::path folder = folder_ / "store" / "objects" / std::to_string(static_cast<std::int64_t>(alice_));
    write_file_atomically(folder / to_hex(hash_of("orphan")), bytes_of("orphan"));
    std::ofstream(folder / "not-a-hash") << "x";
    fs::remove(folder / to_hex(lost));
    reopen();
    EXPECT_EQ(store_->recovery().files_removed, 2U);
    EXPECT_EQ(store_->recovery().objects_lost, 1U);
    EXPECT_TRUE(store_->object_state(alice_, kept).complete);
    EXPECT_FALSE(store_->object_state(alice_, lost).complete);
}

}  // namespace

}  // namespace tacit::service
