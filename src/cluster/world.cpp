#include "tacit/cluster/world.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/fail.hpp"
#include "cluster/world_impl.hpp"

namespace tacit::cluster {

namespace {

constexpr int longest_word = 4000;
constexpr auto last_words = std::chrono::seconds(1);

std::string text_of(int result) {
    std::string text(MPI_MAX_ERROR_STRING, '\0');
    int length = 0;
    MPI_Error_string(result, text.data(), &length);
    text.resize(static_cast<std::size_t>(length));
    return text;
}

}  // namespace

void rest() { std::this_thread::sleep_for(std::chrono::microseconds(50)); }

void World::Impl::check(int result, const char* what) {
    if (result == MPI_SUCCESS) return;
    tacit::fail(ErrorCode::unreachable, "cluster: {} failed: {}; is every machine up, and its network?", what,
                text_of(result));
}

World::Impl::Impl(std::chrono::milliseconds timeout_) : timeout(timeout_) {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "starting MPI");
    if (provided < MPI_THREAD_FUNNELED) {
        tacit::fail(ErrorCode::unreachable, "cluster: this MPI allows no threads; use one with MPI_THREAD_FUNNELED");
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    check(MPI_Comm_dup(MPI_COMM_WORLD, &values), "opening a channel");
    check(MPI_Comm_dup(MPI_COMM_WORLD, &words), "opening a channel");
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "asking for the rank");
    check(MPI_Comm_size(MPI_COMM_WORLD, &ranks), "asking for the ranks");
    heard_.assign(static_cast<std::size_t>(ranks), Clock::now());
    left_.assign(static_cast<std::size_t>(ranks), false);
}

World::Impl::~Impl() {
    if (failed) {
        std::this_thread::sleep_for(last_words);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    try {
        push();
    } catch (const Error&) {  // whoever does not hear the last words hears the end of MPI
    }
    MPI_Finalize();
}

void World::Impl::tell(int other, int tag, const std::string& text) {
    auto word = std::make_unique<Word>(Word{text.substr(0, longest_word), MPI_REQUEST_NULL});
    check(
        MPI_Isend(word->text.data(), static_cast<int>(word->text.size()), MPI_CHAR, other, tag, words, &word->request),
        "speaking to another rank");
    said_.push_back(std::move(word));
}

void World::Impl::tell_all(int tag, const std::string& text) {
    for (int other = 0; other < ranks; ++other) {
        if (other != rank) tell(other, tag, text);
    }
}

void World::Impl::push() {
    std::erase_if(said_, [](const auto& word) {
        int done = 0;
        check(MPI_Test(&word->request, &done, MPI_STATUS_IGNORE), "speaking to another rank");
        return done != 0;
    });
}

void World::Impl::listen() {
    push();
    for (;;) {
        int there = 0;
        MPI_Status status;
        check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, words, &there, &status), "listening to other ranks");
        if (there == 0) return;
        int length = 0;
        MPI_Get_count(&status, MPI_CHAR, &length);
        std::string text(static_cast<std::size_t>(std::clamp(length, 0, longest_word)), '\0');
        check(MPI_Recv(text.data(), static_cast<int>(text.size()), MPI_CHAR, status.MPI_SOURCE, status.MPI_TAG, words,
                       MPI_STATUS_IGNORE),
              "listening to another rank");
        heard_[static_cast<std::size_t>(status.MPI_SOURCE)] = Clock::now();
        if (status.MPI_TAG == leaves) left_[static_cast<std::size_t>(status.MPI_SOURCE)] = true;
        if (status.MPI_TAG == stops) {
            tacit::fail(ErrorCode::unreachable, "cluster: rank {} stopped: {}", status.MPI_SOURCE, text);
        }
    }
}

void World::Impl::live() {
    if (Clock::now() < spoke_ + timeout / 4) return;
    spoke_ = Clock::now();
    tell_all(alive, {});
}

void World::Impl::keep_in_touch() {
    listen();
    live();
    watch();
}

void World::Impl::start_watch() { std::ranges::fill(heard_, Clock::now()); }

void World::Impl::forget_who_left() { left_.assign(left_.size(), false); }

void World::Impl::watch() {
    for (int other = 0; other < ranks; ++other) {
        const auto i = static_cast<std::size_t>(other);
        if (other == rank || left_[i] || Clock::now() < heard_[i] + timeout) continue;
        tacit::fail(ErrorCode::unreachable,
                    "cluster: rank {} has been silent for {} ms; is its machine up? The run can be started again",
                    other, timeout.count());
    }
}

void World::Impl::leave() { tell_all(leaves, {}); }

bool World::Impl::all_left() const {
    for (std::size_t other = 0; other < left_.size(); ++other) {
        if (static_cast<int>(other) != rank && !left_[other]) return false;
    }
    return true;
}

World::World(std::chrono::milliseconds timeout) : impl_(std::make_unique<Impl>(timeout)) {}
World::~World() = default;
int World::rank() const noexcept { return impl_->rank; }
int World::ranks() const noexcept { return impl_->ranks; }
std::chrono::milliseconds World::timeout() const noexcept { return impl_->timeout; }

void World::agree(const std::string& what, const Digest& digest, std::chrono::milliseconds patience) {
    const auto deadline = Impl::Clock::now() + patience;
    std::vector<Digest> all(static_cast<std::size_t>(ranks()));
    MPI_Request request = MPI_REQUEST_NULL;
    constexpr int bytes = sizeof(Digest);
    Impl::check(MPI_Iallgather(digest.data(), bytes, MPI_BYTE, all.data(), bytes, MPI_BYTE, impl_->values, &request),
                "comparing");
    for (int done = 0; done == 0; rest()) {
        Impl::check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "comparing");
        impl_->listen();
        if (done == 0 && Impl::Clock::now() > deadline) {
            tacit::fail(ErrorCode::unreachable,
                        "cluster: not every rank came to compare {} within {} s; look at what they print, and at their "
                        "machines",
                        what, std::chrono::duration_cast<std::chrono::seconds>(patience).count());
        }
    }
    std::string others;
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i] != all[0]) others += fmt::format("{}{}", others.empty() ? "" : ", ", i);
    }
    if (others.empty()) return;
    tacit::fail(ErrorCode::parameter_mismatch,
                "cluster: {} differs from rank 0's on rank {}; start the same version of Tacit with the same arguments "
                "and files everywhere",
                what, others);
}

void World::fail(const std::string& reason) noexcept {
    impl_->failed = true;
    try {
        impl_->tell_all(Impl::stops, reason);
        impl_->push();
    } catch (...) {  // they are told by the end of this process
        return;
    }
}

}  // namespace tacit::cluster
