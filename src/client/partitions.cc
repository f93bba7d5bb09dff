#include "client/partitions.h"

#include <algorithm>

namespace millrace::client {

Partition* Partitions::find(const TopicPartition& id) {
  auto at = std::find_if(partitions_.begin(), partitions_.end(),
                         [&](const Partition& p) { return p.id == id; });
  return at == partitions_.end() ? nullptr : &*at;
}

Partition* Partitions::find(const rd_kafka_message_t& message) {
  PartitionId partition(message.partition);
  if (last_found_ < partitions_.size()) {
    auto& last = partitions_[last_found_];
    if (last.topic_handle == message.rkt && last.id.partition == partition) return &last;
  }
  auto* found = find(TopicPartition{rd_kafka_topic_name(message.rkt), partition});
  if (found == nullptr) return nullptr;
  found->topic_handle = message.rkt;
  last_found_ = static_cast<std::size_t>(found - partitions_.data());
  return found;
}

Partition& Partitions::add(TopicPartition id) {
  if (auto* known = find(id)) return *known;
  partitions_.push_back({.id = std::move(id)});
  return partitions_.back();
}

void Partitions::remove(const TopicPartition& id) {
  std::erase_if(partitions_, [&](const Partition& p) { return p.id == id; });
}

void Partitions::clear() {
  partitions_.clear();
}

bool Partitions::all_at_end() const {
  return !partitions_.empty() && std::all_of(partitions_.begin(), partitions_.end(),
                                             [](const Partition& p) { return p.at_end; });
}

std::vector<TopicPartitionOffset> Partitions::take_unstored() {
  std::vector<TopicPartitionOffset> unstored;
  for (auto& p : partitions_) {
    if (p.stored) continue;
    unstored.push_back({p.id.topic, p.id.partition, Offset(p.done)});
    p.stored = true;
  }
  return unstored;
}

}  // namespace millrace::client
