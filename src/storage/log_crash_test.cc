// What this proves, for random sequences of operations and power cuts at random moments:
// - every record acknowledged (synced) is there afterwards, at its offset, unchanged;
// - whatever else is there is what was appended at that offset, without a hole;
// - an idempotent producer's resend of an acknowledged batch is recognised;
// - nothing that a crash can do is mistaken for damage.
#include <gtest/gtest.h>

#include <random>

#include "storage/log.h"
#include "storage/test_support.h"

namespace millrace::storage {
namespace {

using testing::BatchSpec;
using testing::Machine;

class History {
 public:
  explicit History(uint64_t seed) : seed_(seed), random_(seed) {
    machine_.config.segment_bytes = static_cast<int32_t>(800 + random_() % 4000);
    machine_.config.index_interval_bytes = static_cast<int32_t>(random_() % 600);
    machine_.config.preallocate_first_bytes = 512 << (random_() % 3);
    machine_.create();
  }

  void go() {
    for (int step = 0; step < 60 && !::testing::Test::HasFailure(); ++step) {
      switch (random_() % 24) {
        case 0:
          return_from(Death::power_cut);
          break;
        case 1:
          return_from(Death::kill);
          break;
        case 2:
          return_from(Death::clean_end);
          break;
        case 3:
          machine_.take_checkpoint();
          break;
        case 4:
          ASSERT_TRUE(machine_.log().roll(machine_.now));
          break;
        case 5:
          trim();
          break;
        case 6:
        case 7:
        case 8:
        case 9:
          machine_.sync();
          acknowledged_ = machine_.log().durable_end();
          break;
        case 10:
          resend();
          break;
        default:
          append();
      }
    }
    return_from(Death::power_cut);
  }

 private:
  enum class Death { power_cut, kill, clean_end };
  struct Appended {
    Offset base;
    Offset next;
    uint32_t crc;
    BatchSpec spec;
  };

  void append() {
    BatchSpec spec{.records = static_cast<int>(1 + random_() % 5),
                   .payload_bytes = random_() % 500,
                   .timestamp = Timestamp(static_cast<int64_t>(1'000 + random_() % 1'000)),
                   .producer = random_() % 2 == 0 ? ProducerId(9) : no_producer_id,
                   .fill = static_cast<char>('a' + random_() % 26)};
    if (spec.producer != no_producer_id) {
      spec.sequence = record::Sequence(next_sequence_);
      next_sequence_ += spec.records;
    }
    auto batch = testing::make_batch(spec);
    auto info = machine_.log().append(batch, {.now = machine_.now});
    ASSERT_TRUE(info) << info.error().message();
    ASSERT_FALSE(info->duplicate);
    batches_.push_back(
        {info->base_offset, info->last_offset + 1, record::decode_header(batch)->crc, spec});
  }

  void resend() {
    for (auto at = batches_.rbegin(); at != batches_.rend(); ++at) {
      if (at->spec.producer == no_producer_id) continue;
      auto info = machine_.append(at->spec);
      ASSERT_TRUE(info.duplicate) << "seed " << seed_;
      ASSERT_EQ(info.base_offset, at->base);
      return;
    }
  }

  void trim() {
    auto end = machine_.log().high_watermark().value();
    auto target = Offset(static_cast<int64_t>(random_() % static_cast<uint64_t>(end + 1)) / 2);
    ASSERT_TRUE(machine_.log().trim_before(target));
    machine_.take_checkpoint();
  }

  void return_from(Death death) {
    if (death == Death::clean_end) machine_.close();
    if (death == Death::power_cut) machine_.crash(random_());
    if (death == Death::kill) machine_.kill();
    auto& log = machine_.open(death == Death::clean_end);
    check(death);
    acknowledged_ = log.end_offset();
  }

  void check(Death death) {
    auto& log = machine_.log();
    ASSERT_FALSE(log.damage()) << "seed " << seed_ << ": " << log.damage()->sentence();
    ASSERT_GE(log.end_offset(), acknowledged_) << "seed " << seed_;
    if (death != Death::power_cut) {
      ASSERT_TRUE(batches_.empty() || log.end_offset() == batches_.back().next) << "seed " << seed_;
    }
    // What is gone was never acknowledged; the producer would send it again.
    while (!batches_.empty() && batches_.back().base >= log.end_offset()) {
      if (batches_.back().spec.producer != no_producer_id) {
        next_sequence_ = batches_.back().spec.sequence.value();
      }
      batches_.pop_back();
    }
    auto stored = machine_.read(log.start_offset());
    ASSERT_LE(stored.size(), batches_.size()) << "seed " << seed_;
    auto expected = batches_.end() - static_cast<std::ptrdiff_t>(stored.size());
    for (const auto& header : stored) {
      ASSERT_EQ(header.base_offset, expected->base) << "seed " << seed_;
      ASSERT_EQ(header.crc, expected->crc) << "seed " << seed_;
      ++expected;
    }
    if (!stored.empty()) {
      ASSERT_LE(stored.front().base_offset, log.start_offset());
    }
    ASSERT_TRUE(log.start_offset() == log.end_offset() || !stored.empty());
  }

  uint64_t seed_;
  std::mt19937_64 random_;
  Machine machine_;
  std::vector<Appended> batches_;
  Offset acknowledged_;
  int32_t next_sequence_ = 0;
};

TEST(LogCrash, keeps_every_acknowledged_record_through_three_thousand_histories) {
  for (uint64_t seed = 1; seed <= 3000 && !HasFailure(); ++seed) History(seed).go();
}

}  // namespace
}  // namespace millrace::storage
