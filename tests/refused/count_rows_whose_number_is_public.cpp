// refused: the number of rows is public there and needs no noise
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto counted() {
#ifdef REFUSED
    return rows<ChangeOne>() >> count() >> laplace(Cost::ratio(1, 2));
#else
    return rows() >> count() >> laplace(Cost::ratio(1, 2));
#endif
}
