#include <gmock/gmock.h>

#include "storage/log.h"
#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using testing::Machine;

TEST(LogFaults, works_again_when_a_full_disk_has_space_again) {
  Machine machine;
  machine.create();
  for (int i = 0; i < 5; ++i) machine.append({.payload_bytes = 400});
  machine.sync();
  machine.disk.limit_space(4000);
  std::size_t appended = 0;
  Result<AppendInfo> info = AppendInfo{};
  while ((info = machine.try_append({.payload_bytes = 400}))) ++appended;

  EXPECT_EQ(info.error().code, Errc::no_space);
  EXPECT_FALSE(machine.log().stopped());
  machine.sync();
  EXPECT_EQ(machine.read(Offset(0)).size(), 5 + appended);

  machine.disk.limit_space(1 << 30);
  EXPECT_EQ(machine.append({.payload_bytes = 100}).base_offset,
            Offset(5 + static_cast<int64_t>(appended)));
  machine.sync();
  EXPECT_EQ(machine.read(Offset(0)).size(), 6 + appended);
  machine.crash(3);
  EXPECT_EQ(machine.open().end_offset(), Offset(6 + static_cast<int64_t>(appended)));
}

TEST(LogFaults, stops_for_good_after_a_failed_sync) {
  Machine machine;
  machine.create();
  machine.append();
  machine.sync();
  machine.append();
  machine.disk.fail_call(1, Errc::io_error);

  EXPECT_FALSE(machine.try_sync());

  EXPECT_TRUE(machine.log().stopped());
  EXPECT_FALSE(machine.log().needs_sync());  // never asked again
  EXPECT_EQ(machine.try_append({}).error().code, Errc::io_error);
  EXPECT_EQ(machine.log().high_watermark(), Offset(1));
  EXPECT_EQ(machine.read(Offset(0)).size(), 1u);
  EXPECT_FALSE(machine.log().close());
}

TEST(LogFaults, stops_after_an_error_of_the_device_while_writing) {
  Machine machine;
  machine.create();
  machine.append();
  machine.disk.fail_call(1, Errc::io_error);

  EXPECT_EQ(machine.try_append({}).error().code, Errc::io_error);
  EXPECT_EQ(machine.try_append({}).error().code, Errc::io_error);
}

/// One life of a log: appends, syncs, rolls, ends. Returns what was acknowledged.
Offset live(Machine& machine) {
  Offset acknowledged;
  for (int i = 0; i < 30; ++i) {
    auto info = machine.try_append({.payload_bytes = 200});
    if (!info) {
      // A failed append must leave the log usable or stopped, never in between.
      if (!machine.log().stopped()) {
        info = machine.try_append({.payload_bytes = 100});
      }
      if (!info) break;
    }
    if (i % 4 == 3 && machine.try_sync()) acknowledged = machine.log().durable_end();
  }
  if (machine.log().close()) acknowledged = machine.log().end_offset();
  return acknowledged;
}

class FailNth : public ::testing::TestWithParam<Errc> {};

TEST_P(FailNth, loses_nothing_acknowledged_whichever_call_fails) {
  for (uint64_t n = 1;; ++n) {
    Machine machine;
    machine.create();
    machine.disk.fail_call(n, GetParam());
    auto acknowledged = live(machine);
    bool failed = machine.disk.failure_happened();
    machine.disk.heal();
    machine.crash(n);

    auto& log = machine.open();

    ASSERT_FALSE(log.damage()) << "call " << n;
    ASSERT_GE(log.end_offset(), acknowledged) << "call " << n;
    ASSERT_EQ(machine.read(Offset(0)).size(), static_cast<std::size_t>(log.end_offset().value()));
    if (!failed) {
      EXPECT_GT(n, 20u);
      return;
    }
  }
}

TEST_P(FailNth, opens_after_a_failed_open) {
  for (uint64_t n = 1;; ++n) {
    Machine machine;
    machine.create();
    live(machine);
    machine.kill();
    machine.disk.fail_call(n, GetParam());
    auto first = machine.try_open();
    bool failed = machine.disk.failure_happened();
    machine.disk.heal();
    machine.kill();

    EXPECT_EQ(machine.open().end_offset(), Offset(30)) << "call " << n;
    if (!failed) {
      EXPECT_TRUE(first);
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, FailNth, ::testing::Values(Errc::io_error, Errc::no_space));

}  // namespace
}  // namespace millrace::storage
