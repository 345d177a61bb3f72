// refused: private
#include "tacit/dp/mechanisms.hpp"

using namespace tacit::dp;

auto look() {
    const auto measurement = rows() >> count() >> laplace(Cost::ratio(1, 2));
#ifdef REFUSED
    return measurement.answer_;
#else
    return measurement.loss();
#endif
}
