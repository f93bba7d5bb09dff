#include "fraud/kafka/transaction_topic.h"

#include <fmt/format.h>

#include "base/text.h"

namespace millrace::fraud {
namespace {

constexpr std::string_view note_prefix = "rewind=";

/// A note of somebody else's, or none, means that nothing needs to be rebuilt.
Offset first_needed(const GroupReader::Committed& known) {
  const Offset next = known.next.value_or(Offset(0));
  if (!known.note.starts_with(note_prefix)) return next;
  const auto offset = parse_int(std::string_view(known.note).substr(note_prefix.size()));
  if (!offset || *offset < 0 || Offset(*offset) > next) return next;
  return Offset(*offset);
}

}  // namespace

Result<std::unique_ptr<TransactionTopic>> TransactionTopic::open(GroupReaderConfig config,
                                                                 Logger log) {
  std::unique_ptr<TransactionTopic> topic(new TransactionTopic(config.topic));
  MR_TRY(topic->reader_, GroupReader::open(std::move(config), log));
  return topic;
}

Result<void> TransactionTopic::poll(TransactionHandler& handler, Milliseconds wait) {
  handler_ = &handler;
  return reader_->poll(*this, wait);
}

Result<void> TransactionTopic::commit(std::span<const Progress> progress) {
  std::vector<GroupReader::Committed> offsets;
  for (const Progress& done : progress) {
    offsets.push_back(
        {done.partition, done.next, fmt::format("{}{}", note_prefix, done.first_needed)});
  }
  return reader_->commit(offsets);
}

Result<std::vector<Offset>> TransactionTopic::on_assigned(
    std::span<const GroupReader::Committed> known) {
  std::vector<Progress> starts;
  std::vector<Offset> offsets;
  for (const auto& partition : known) {
    const Offset from = first_needed(partition);
    starts.push_back({partition.partition, partition.next.value_or(Offset(0)), from});
    offsets.push_back(from);
  }
  MR_TRY(handler_->on_assigned(starts));
  return offsets;
}

Result<void> TransactionTopic::on_revoked(std::span<const PartitionId> partitions, bool lost) {
  return handler_->on_revoked(partitions, lost);
}

Result<void> TransactionTopic::on_message(const rd_kafka_message_t& message) {
  const InputRecord record{{topic_, PartitionId(message.partition), Offset(message.offset)},
                           Timestamp(rd_kafka_message_timestamp(&message, nullptr)),
                           value_of(message)};
  return handler_->on_record(record);
}

}  // namespace millrace::fraud
