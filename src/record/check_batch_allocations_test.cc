#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "record/batch_builder.h"
#include "record/check_batch.h"

// Counts every allocation of C++ in this program.
namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace millrace::record {
namespace {

TEST(CheckBatch, allocates_nothing_for_uncompressed_records) {
  BatchBuilder builder;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(builder.add({.timestamp = Timestamp(i), .value = as_bytes("a payment")}));
  }
  Buffer bytes = *builder.finish();
  Decompressor decompressor;

  auto before = allocations.load();
  auto batch = BatchView::parse(bytes);
  auto times = check_batch(*batch, {}, decompressor);
  auto after = allocations.load();

  ASSERT_TRUE(times);
  EXPECT_EQ(times->max_timestamp, Timestamp(99));
  EXPECT_EQ(after - before, 0);
}

}  // namespace
}  // namespace millrace::record
