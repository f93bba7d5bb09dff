#include "broker/partition.h"

#include <algorithm>

namespace millrace::broker {

Partition::Partition(std::unique_ptr<storage::Log> log, PartitionId id)
    : log_(std::move(log)), id_(id), seen_high_watermark_(log_->high_watermark()) {}

void Partition::wait(Waiters& waiters, Offset reached, Offset end, Done& done) {
  if (reached >= end) return done({});
  if (log_->stopped()) return done(fail(*log_->stopped()));
  waiters.push_back({end, std::move(done)});
}

void Partition::watch(std::weak_ptr<Watch> watch) {
  // Watches are few and short-lived; those whose fetch was answered elsewhere go here.
  std::erase_if(watches_, [](const auto& w) { return w.expired(); });
  watches_.push_back(std::move(watch));
}

void Partition::on_progress() {
  if (log_->stopped()) return abandon(*log_->stopped());
  answer(durable_, log_->durable_end());
  answer(visible_, log_->high_watermark());
  if (log_->high_watermark() == seen_high_watermark_) return;
  seen_high_watermark_ = log_->high_watermark();
  wake_all();
}

void Partition::wake_all() {
  for (auto& weak : std::exchange(watches_, {})) {
    if (auto watch = weak.lock()) watch->wake();
  }
}

void Partition::answer(Waiters& waiters, Offset reached) {
  // Appends wait in the order of their offsets. A duplicate's lie lower than its neighbours': it
  // may wait a little longer than it must. A callback may wait again: look at the queue anew.
  while (!waiters.empty() && waiters.front().end <= reached) {
    auto done = std::move(waiters.front().done);
    waiters.pop_front();
    done({});
  }
}

void Partition::abandon(const Error& why) {
  for (auto* waiters : {&durable_, &visible_}) {
    for (auto& waiter : std::exchange(*waiters, {})) waiter.done(fail(why));
  }
  wake_all();
}

}  // namespace millrace::broker
