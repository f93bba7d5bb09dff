#include "fraud/features/velocity.h"

#include <algorithm>

namespace millrace::fraud {
namespace {

constexpr int64_t minute_ms = 60'000;

/// Decimal numbers without leading zeros compare as numbers: shorter ones come first.
bool id_before(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

bool before(const Sighting& a, const Sighting& b) {
  if (a.time != b.time) return a.time < b.time;
  if (a.id != b.id) return id_before(a.id, b.id);
  return a.id.empty() && a.offset < b.offset;
}

}  // namespace

VelocityWindow::Outcome VelocityWindow::add(const Transaction& transaction, Offset offset) {
  Outcome outcome;
  outcome.late = transaction.time + config_.lateness.count() < stream_time_;
  stream_time_ = std::max(stream_time_, transaction.time);
  const auto kept = (config_.window + config_.lateness).count();
  forget_before((stream_time_.value() - kept) / minute_ms);
  make_room();

  User& user = *users_.try_emplace(transaction.user_id).first;
  std::vector<Sighting>& history = user.second;
  const Sighting sighting{transaction.time, offset, transaction.amount, transaction.id,
                          transaction.location};
  const auto at = std::lower_bound(history.begin(), history.end(), sighting, before);
  if (at != history.end() && !before(sighting, *at)) {
    outcome.duplicate = true;
    return outcome;
  }
  history.insert(at, sighting);
  ++sightings_;
  keep_newest(history);
  note_minute(user, sighting);
  const auto place = std::lower_bound(history.begin(), history.end(), sighting, before);
  outcome.windows = windows_from(static_cast<size_t>(place - history.begin()), history);
  return outcome;
}

std::vector<VelocityWindow::Window> VelocityWindow::windows_from(
    size_t index, const std::vector<Sighting>& history) const {
  std::vector<Window> windows;
  if (index == history.size()) return windows;
  const auto width = config_.window.count();
  const Timestamp added = history[index].time;
  size_t first = 0;
  for (size_t last = index; last < history.size(); ++last) {
    const Timestamp end = history[last].time;
    if (end - width >= added) break;
    while (history[first].time <= end - width) ++first;
    windows.push_back(Window(history).subspan(first, last - first + 1));
  }
  return windows;
}

void VelocityWindow::note_minute(User& user, const Sighting& sighting) {
  const auto [at, fresh] = minutes_.try_emplace(sighting.time.value() / minute_ms);
  Minute& minute = at->second;
  minute.users.push_back(&user);
  if (fresh || sighting.offset < minute.first_offset) minute.first_offset = sighting.offset;
}

Offset VelocityWindow::first_needed(Offset next) const {
  for (const auto& [minute, happened] : minutes_) next = std::min(next, happened.first_offset);
  return next;
}

void VelocityWindow::make_room() {
  const size_t had = sightings_;
  while (sightings_ >= config_.max_sightings && !minutes_.empty()) {
    forget_before(minutes_.begin()->first + 1);
  }
  forgotten_early_ += had - sightings_;
}

void VelocityWindow::keep_newest(std::vector<Sighting>& history) {
  if (history.size() <= config_.max_sightings_per_user) return;
  history.erase(history.begin());
  --sightings_;
  ++forgotten_early_;
}

/// Forgets whole minutes. A user goes with the last of its sightings, which is never older than an
/// entry that keep_newest has left behind, so no minute ever names a user that is gone.
void VelocityWindow::forget_before(int64_t minute) {
  const auto end = minutes_.lower_bound(minute);
  if (end == minutes_.begin()) return;
  std::vector<User*> touched;
  for (auto it = minutes_.begin(); it != end; ++it) {
    touched.insert(touched.end(), it->second.users.begin(), it->second.users.end());
  }
  minutes_.erase(minutes_.begin(), end);
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  const Timestamp first_kept(minute * minute_ms);
  for (User* user : touched) {
    std::vector<Sighting>& history = user->second;
    const auto kept = std::find_if(history.begin(), history.end(), [&](const Sighting& sighting) {
      return sighting.time >= first_kept;
    });
    sightings_ -= static_cast<size_t>(kept - history.begin());
    history.erase(history.begin(), kept);
    if (history.empty()) users_.erase(users_.find(user->first));
  }
}

}  // namespace millrace::fraud
