#include "service/customers.hpp"

#include <memory>
#include <vector>

#include "base/throws.hpp"

namespace tacit::service {

namespace {

TEST(OpenCalls, AreLimitedForEachCustomerAlone) {
    const CustomerId alice{1};
    const CustomerId bob{2};
    OpenCalls calls;
    std::vector<std::unique_ptr<OpenCalls::Place>> places;
    const auto enter = [&](CustomerId customer) { return new OpenCalls::Place(calls.enter(customer)); };
    for (int i = 0; i < OpenCalls::most; ++i) places.emplace_back(enter(alice));
    expect_throws(ErrorCode::quota_exceeded, "8 calls", [&] { return calls.enter(alice); });
    places.emplace_back(enter(bob));
    places.erase(places.begin());
    places.emplace_back(enter(alice));
    expect_throws(ErrorCode::quota_exceeded, "8 calls", [&] { return calls.enter(alice); });
}

}  // namespace

}  // namespace tacit::service
