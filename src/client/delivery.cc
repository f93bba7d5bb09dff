#include "millrace/delivery.h"

#include <fmt/format.h>

#include "client/delivery_state.h"

namespace millrace {

void UnseenFailures::add(const Error& error) {
  std::lock_guard lock(mutex_);
  if (report_.count++ == 0) report_.first = error.message();
}

UnseenFailures::Report UnseenFailures::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(report_, {});
}

void DeliveryState::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (unseen_ && !seen_ && outcome_ && !*outcome_) unseen_->add(outcome_->error());
  delete this;
}

Delivery::Callback DeliveryState::complete(Result<RecordMetadata> outcome) {
  std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  completed_.notify_all();
  return std::move(callback_);
}

Result<RecordMetadata> DeliveryState::wait(Milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (!completed_.wait_for(lock, timeout, [this] { return outcome_.has_value(); })) {
    return fail(Errc::timed_out,
                fmt::format("delivery not confirmed after {} ms", timeout.count()));
  }
  seen_ = true;
  return *outcome_;
}

bool DeliveryState::ready() const {
  std::lock_guard lock(mutex_);
  return outcome_.has_value();
}

Delivery::Callback DeliveryState::subscribe(Delivery::Callback callback) {
  std::lock_guard lock(mutex_);
  seen_ = true;
  if (outcome_) return callback;
  callback_ = std::move(callback);
  return {};
}

Delivery::~Delivery() {
  if (state_ != nullptr) state_->release();
}

Delivery& Delivery::operator=(Delivery&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Result<RecordMetadata> Delivery::get(Milliseconds timeout) {
  return state_->wait(timeout);
}

bool Delivery::ready() const {
  return state_->ready();
}

void Delivery::then(Callback callback) && {
  if (auto now = state_->subscribe(std::move(callback))) now(state_->outcome());
}

}  // namespace millrace
