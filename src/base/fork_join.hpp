#pragma once

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TACIT_THREAD_SANITIZER 1
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif
#endif

namespace tacit {

/// Tells ThreadSanitizer the order that oneTBB keeps between handing out work and waiting for it, which it
/// cannot see because Debian's libtbb is not instrumented. Says nothing about pieces of work among each
/// other, so a race between two of them is still found. Does nothing in other builds.
class ForkJoin {
public:
#ifdef TACIT_THREAD_SANITIZER
    void fork() { __tsan_release(&forked_); }
    void begin() { __tsan_acquire(&forked_); }
    void end() { __tsan_release(&joined_); }
    void join() { __tsan_acquire(&joined_); }

private:
    char forked_ = 0;
    char joined_ = 0;
#else
    void fork() {}   ///< before the first piece of work is handed out
    void begin() {}  ///< first thing in a piece of work
    void end() {}    ///< last thing in a piece of work
    void join() {}   ///< after the wait
#endif
};

/// For functions that read what oneTBB copied between threads, before begin().
#ifdef TACIT_THREAD_SANITIZER
#define TACIT_NO_THREAD_SANITIZER __attribute__((no_sanitize("thread")))
#else
#define TACIT_NO_THREAD_SANITIZER
#endif

}  // namespace tacit
