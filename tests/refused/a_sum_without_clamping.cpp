// refused: has no bound on what one row adds
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto total() {
#ifdef REFUSED
    return number("wage") >> sum() >> laplace(Cost::ratio(1, 2));
#else
    return number("wage") >> clamp(0, 2500, Cost::ratio(1, 1)) >> sum() >> laplace(Cost::ratio(1, 2));
#endif
}
