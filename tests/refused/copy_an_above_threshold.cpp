// refused: (use of deleted function|call to implicitly-deleted copy constructor)
#include <utility>

#include "tacit/dp/session.hpp"

using namespace tacit::dp;

void ask_twice(AboveThreshold<AddRemove>& watch) {
#ifdef REFUSED
    AboveThreshold<AddRemove> another = watch;
#else
    AboveThreshold<AddRemove> another = std::move(watch);
#endif
    static_cast<void>(another);
}
