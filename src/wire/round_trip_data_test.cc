#include "wire/round_trip_for_test.h"

namespace millrace::wire {
namespace {

TEST(RoundTrip, data_messages_come_back_and_broken_ones_do_not) {
  round_trip_each(DataMessages{});
}

}  // namespace
}  // namespace millrace::wire
