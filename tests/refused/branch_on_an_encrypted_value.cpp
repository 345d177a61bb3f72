// refused: an encrypted value cannot decide a branch
#include "tacit/circuit/trace.hpp"

using namespace tacit::circuit;

Circuit write() {
    return trace<1>([](const Expr& x) {
#ifdef REFUSED
        if (x) return x * x;
#endif
        return x + 1;
    });
}
