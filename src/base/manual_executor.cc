#include <deque>
#include <map>

#include "base/executor.h"

namespace millrace {

struct ManualExecutor::State {
  explicit State(ManualClock& c) : clock(c) {}

  ManualClock& clock;
  std::deque<Task> ready;
  std::multimap<MonoTime, std::pair<uint64_t, Task>> timers;  // equal deadlines: in order of arming
  uint64_t next_id = 0;
};

namespace {

class ManualTimer final : public Executor::Timer {
 public:
  explicit ManualTimer(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  ~ManualTimer() override { cancel_(); }

 private:
  std::function<void()> cancel_;
};

}  // namespace

ManualExecutor::ManualExecutor(ManualClock& clock) : state_(std::make_shared<State>(clock)) {}
ManualExecutor::~ManualExecutor() = default;

void ManualExecutor::post(Task task) {
  state_->ready.push_back(std::move(task));
}

std::unique_ptr<Executor::Timer> ManualExecutor::call_after(Duration delay, Task task) {
  auto id = state_->next_id++;
  auto due = state_->clock.mono_now() + delay;
  state_->timers.emplace(due, std::pair(id, std::move(task)));
  return std::make_unique<ManualTimer>([weak = std::weak_ptr(state_), id, due] {
    auto state = weak.lock();
    if (!state) return;
    auto [first, last] = state->timers.equal_range(due);
    for (auto it = first; it != last; ++it) {
      if (it->second.first == id) return void(state->timers.erase(it));
    }
  });
}

bool ManualExecutor::run_ready() {
  bool any = false;
  while (!state_->ready.empty()) {
    auto task = std::move(state_->ready.front());
    state_->ready.pop_front();
    task();
    any = true;
  }
  return any;
}

void ManualExecutor::advance(Duration by) {
  auto end = state_->clock.mono_now() + by;
  run_ready();
  while (!state_->timers.empty() && state_->timers.begin()->first <= end) {
    auto node = state_->timers.extract(state_->timers.begin());
    if (node.key() > state_->clock.mono_now()) {
      state_->clock.advance(node.key() - state_->clock.mono_now());
    }
    node.mapped().second();
    run_ready();
  }
  if (end > state_->clock.mono_now()) state_->clock.advance(end - state_->clock.mono_now());
}

}  // namespace millrace
