// refused: adds noise to a count, a sum or a tally
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto noisy() {
    const auto wages = number("wage") >> clamp(0, 2500, Cost::ratio(1, 1));
#ifdef REFUSED
    return wages >> laplace(Cost::ratio(1, 2));
#else
    return wages >> sum() >> laplace(Cost::ratio(1, 2));
#endif
}
