#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"

namespace millrace::client {

/// Keeps log lines for a test to look at. Thread-safe.
class RecordingLog final : public LogSink {
 public:
  bool enabled(LogLevel level) const override { return level >= LogLevel::info; }
  void write(LogLevel, std::string_view, std::string_view sentence,
             const std::vector<LogField>& fields) override {
    std::lock_guard lock(mutex_);
    auto& line = lines_.emplace_back(sentence);
    for (const auto& field : fields) line += fmt::format(" {}={}", field.key, field.value);
  }
  std::vector<std::string> lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
  }
  Logger logger() { return Logger(*this, "client"); }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace millrace::client
