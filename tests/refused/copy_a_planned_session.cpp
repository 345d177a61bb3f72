// refused: (use of deleted function|call to implicitly-deleted copy constructor)
#include <utility>

#include "tacit/dp/plan.hpp"

using namespace tacit::dp;

void answer_twice(PlannedSession<AddRemove>& planned) {
#ifdef REFUSED
    PlannedSession<AddRemove> another = planned;
#else
    PlannedSession<AddRemove> another = std::move(planned);
#endif
    static_cast<void>(another);
}
