#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "io/memory_directory.h"
#include "record/batch_edit.h"
#include "record/batch_view.h"
#include "storage/log.h"

/// What the tests of this folder share.
namespace millrace::storage::testing {

struct BatchSpec {
  int records = 1;
  std::size_t payload_bytes = 40;
  Timestamp timestamp{1'700'000'000'000};
  ProducerId producer = no_producer_id;
  ProducerEpoch epoch{0};
  record::Sequence sequence = record::no_sequence;
  char fill = 'x';
};

/// A batch with a right checksum whose records are opaque bytes: the log does not look inside.
inline Buffer make_batch(const BatchSpec& spec) {
  Buffer batch(record::batch_header_size + spec.payload_bytes, static_cast<std::byte>(spec.fill));
  record::BatchHeader header;
  header.batch_length = static_cast<int32_t>(batch.size() - record::batch_prefix_size);
  header.last_offset_delta = spec.records - 1;
  header.base_timestamp = spec.timestamp;
  header.max_timestamp = spec.timestamp;
  header.producer_id = spec.producer;
  header.producer_epoch = spec.producer == no_producer_id ? record::no_producer_epoch : spec.epoch;
  header.base_sequence = spec.sequence;
  header.record_count = spec.records;
  record::encode_header(header, batch);
  record::seal_crc(batch);
  return batch;
}

inline Buffer bytes_of(const std::vector<FileSlice>& slices) {
  Buffer all;
  for (const auto& slice : slices) {
    Buffer piece(slice.length);
    auto read = io::read_exactly(*slice.file, slice.position, piece);
    EXPECT_TRUE(read) << read.error().message();
    all.insert(all.end(), piece.begin(), piece.end());
  }
  return all;
}

inline std::vector<record::BatchHeader> headers_of(Bytes batches) {
  std::vector<record::BatchHeader> headers;
  record::BatchCursor cursor(batches);
  for (;;) {
    auto batch = cursor.next();
    EXPECT_TRUE(batch) << batch.error().message();
    if (!batch || !*batch) return headers;
    EXPECT_TRUE((*batch)->crc_matches());
    headers.push_back((*batch)->header());
  }
}

/// A machine with one partition on a disk in memory. Fails the test on any unexpected error.
class Machine {
 public:
  LogConfig config{.segment_bytes = 4096,
                   .index_interval_bytes = 200,
                   .preallocate_first_bytes = 1024,
                   .preallocate_max_bytes = 2048};
  io::MemoryDirectory disk;
  Timestamp now{1'700'000'000'000};
  Offset recovery_point;  // what the last checkpoint said
  Offset log_start;

  Log& create() {
    restart_cache();
    auto made = Log::create({.files = *files_, .logger = {}}, name(), topic_id(), config, now);
    EXPECT_TRUE(made) << made.error().message();
    log_ = *std::move(made);
    sync();
    return *log_;
  }

  Result<void> try_open(bool clean = false) {
    restart_cache();
    MR_TRY(log_, Log::open({.files = *files_, .logger = {}}, {.partition = name(),
                                                              .topic_id = topic_id(),
                                                              .config = config,
                                                              .clean = clean,
                                                              .recovery_point = recovery_point,
                                                              .log_start = log_start,
                                                              .now = now}));
    return {};
  }
  Log& open(bool clean = false) {
    auto opened = try_open(clean);
    EXPECT_TRUE(opened) << opened.error().message();
    return *log_;
  }

  Result<AppendInfo> try_append(const BatchSpec& spec) {
    auto batch = make_batch(spec);
    return log_->append(batch, {.now = now});
  }
  AppendInfo append(const BatchSpec& spec = {}) {
    auto info = try_append(spec);
    EXPECT_TRUE(info) << info.error().message();
    return info.value_or(AppendInfo{});
  }
  Result<void> try_sync() {
    auto ticket = log_->begin_sync();
    auto outcome = carry_out(disk, ticket);
    log_->finish_sync(ticket, outcome);
    return outcome;
  }
  void sync() {
    auto outcome = try_sync();
    EXPECT_TRUE(outcome) << outcome.error().message();
  }
  void take_checkpoint() {
    recovery_point = log_->checkpoint().recovery_point;
    log_start = log_->checkpoint().log_start;
  }
  void close() {
    auto closed = log_->close();
    EXPECT_TRUE(closed) << closed.error().message();
    take_checkpoint();
    log_.reset();
  }
  void kill() {
    log_.reset();
    disk.kill();
  }
  void crash(uint64_t seed) {
    log_.reset();
    disk.crash(seed);
  }

  Result<std::vector<record::BatchHeader>> try_read(Offset from,
                                                    uint64_t max_bytes = uint64_t{1} << 30) {
    MR_TRY(auto result, log_->read(from, max_bytes, log_->high_watermark()));
    return headers_of(bytes_of(result.slices));
  }
  std::vector<record::BatchHeader> read(Offset from, uint64_t max_bytes = uint64_t{1} << 30) {
    auto headers = try_read(from, max_bytes);
    EXPECT_TRUE(headers) << headers.error().message();
    return headers.value_or(std::vector<record::BatchHeader>{});
  }

  Log& log() { return *log_; }
  FileCache& files() { return *files_; }
  static PartitionName name() { return {"t", PartitionId(0)}; }
  static TopicId topic_id() { return *Uuid::parse("AAECAwQFBgcICQoLDA0ODw"); }

 private:
  void restart_cache() {
    log_.reset();
    files_ = std::make_unique<FileCache>(disk, 8);
  }

  std::unique_ptr<FileCache> files_;
  std::unique_ptr<Log> log_;
};

inline std::vector<int64_t> offsets_of(const std::vector<record::BatchHeader>& headers) {
  std::vector<int64_t> offsets;
  for (const auto& header : headers) offsets.push_back(header.base_offset.value());
  return offsets;
}

}  // namespace millrace::storage::testing
