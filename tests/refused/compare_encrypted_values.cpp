// refused: encrypted values cannot be compared
#include "tacit/circuit/trace.hpp"

using namespace tacit::circuit;

Circuit write() {
    return trace<2>([](const Expr& x, const Expr& y) {
#ifdef REFUSED
        return x == y ? x : y;
#endif
        return x - y;
    });
}
