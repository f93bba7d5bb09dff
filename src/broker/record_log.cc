#include "broker/record_log.h"

#include "record/batch_builder.h"
#include "record/record_reader.h"

namespace millrace::broker {
namespace {

constexpr size_t own_batch_bytes_max = 64 << 20;
constexpr uint64_t replay_chunk_bytes = 4 << 20;

std::optional<Bytes> view(const std::optional<Buffer>& buffer) {
  return buffer ? std::optional<Bytes>(*buffer) : std::nullopt;
}

}  // namespace

Result<storage::AppendInfo> append_records(storage::Log& log, std::span<const OwnRecord> records,
                                           Timestamp now) {
  record::BatchBuilder builder({.max_bytes = own_batch_bytes_max});
  for (const auto& record : records) {
    MR_TRY(builder.add(
        {.timestamp = now, .key = view(record.key), .value = view(record.value), .headers = {}}));
  }
  MR_TRY(auto batch, builder.finish());
  return log.append(batch, {.now = now, .leader_epoch = LeaderEpoch(0)});
}

Result<void> replay_records(
    storage::Log& log,
    const std::function<Result<void>(std::optional<Bytes>, std::optional<Bytes>)>& each) {
  record::Decompressor decompressor({.max_bytes = own_batch_bytes_max});
  record::RecordReader reader(decompressor);
  Buffer chunk;
  for (auto from = log.start_offset(); from < log.high_watermark();) {
    MR_TRY(auto read, log.read(from, replay_chunk_bytes, log.high_watermark()));
    if (read.bytes == 0) {
      return fail(Errc::corrupt, log.partition().directory() + " cannot be read to its end");
    }
    for (const auto& slice : read.slices) {
      chunk.resize(slice.length);
      MR_TRY(io::read_exactly(*slice.file, slice.position, chunk));
      record::BatchCursor batches(chunk);
      while (true) {
        MR_TRY(auto batch, batches.next());
        if (!batch) break;
        MR_TRY(reader.open(*batch));
        while (true) {
          MR_TRY(const auto* record, reader.next());
          if (record == nullptr) break;
          if (!batch->header().attributes.control()) MR_TRY(each(record->key, record->value));
        }
        from = batch->header().next_offset();
      }
    }
  }
  return {};
}

}  // namespace millrace::broker
