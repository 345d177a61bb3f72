// refused: operator<<
#include <iostream>

#include "tacit/dp/dataset.hpp"

void show(const tacit::dp::Dataset& data) {
#ifdef REFUSED
    std::cout << data;
#endif
    std::cout << sizeof data;
}
