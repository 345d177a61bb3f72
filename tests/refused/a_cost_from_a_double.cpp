// refused: (use of deleted function .*Cost.*double|call to deleted constructor)
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto counted() {
#ifdef REFUSED
    return rows() >> count() >> laplace(0.5);
#else
    return rows() >> count() >> laplace(Cost::ratio(1, 2));
#endif
}
