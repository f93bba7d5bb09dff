#include "wire/round_trip_for_test.h"

namespace millrace::wire {
namespace {

TEST(RoundTrip, admin_messages_come_back_and_broken_ones_do_not) {
  round_trip_each(AdminMessages{});
}

}  // namespace
}  // namespace millrace::wire
