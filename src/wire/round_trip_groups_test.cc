#include "wire/round_trip_for_test.h"

namespace millrace::wire {
namespace {

TEST(RoundTrip, groups_messages_come_back_and_broken_ones_do_not) {
  round_trip_each(GroupMessages{});
}

}  // namespace
}  // namespace millrace::wire
