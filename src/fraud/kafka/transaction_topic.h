#pragma once

#include <memory>
#include <string>

#include "fraud/kafka/group_reader.h"
#include "fraud/pipeline/ports.h"

namespace millrace::fraud {

/// The transactions topic as the pipeline sees it. The first offset that rebuilding needs travels
/// as the note of the committed offset ("rewind=<offset>"), so one commit says both.
class TransactionTopic final : public TransactionSource, private GroupReader::Handler {
 public:
  static Result<std::unique_ptr<TransactionTopic>> open(GroupReaderConfig config, Logger log);

  Result<void> poll(TransactionHandler& handler, Milliseconds wait) override;
  Result<void> commit(std::span<const Progress> progress) override;

  int64_t lag() const { return reader_->lag(); }
  bool at_end() const { return reader_->at_end(); }
  size_t assigned() const { return reader_->assigned(); }

 private:
  explicit TransactionTopic(std::string topic) : topic_(std::move(topic)) {}

  Result<std::vector<Offset>> on_assigned(std::span<const GroupReader::Committed> known) override;
  Result<void> on_revoked(std::span<const PartitionId> partitions, bool lost) override;
  Result<void> on_message(const rd_kafka_message_t& message) override;

  const std::string topic_;
  std::unique_ptr<GroupReader> reader_;
  TransactionHandler* handler_ = nullptr;  ///< of the poll under way
};

}  // namespace millrace::fraud
