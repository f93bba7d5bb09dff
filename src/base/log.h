#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

/// Logs are sentences with keys: a fixed sentence, then key=value. Libraries never print; they are
/// handed a Logger, and apps/ decides where lines go. Never a payload, never a secret.
namespace millrace {

enum class LogLevel : uint8_t { debug, info, warn, error };

struct LogField {
  std::string_view key;
  std::string value;
};

/// Where log lines end. Implementations are thread-safe.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view component, std::string_view sentence,
                     const std::vector<LogField>& fields) = 0;
};

template <class T>
struct LogKeyValue {
  std::string_view key;
  const T& value;
};

/// One key of a log line: kv("topic", name).
template <class T>
LogKeyValue<T> kv(std::string_view key, const T& value) {
  return {key, value};
}

/// A handle to a sink with the name of a component; cheap to copy. A default one drops every line.
class Logger {
 public:
  Logger() = default;
  Logger(LogSink& sink, std::string_view component) : sink_(&sink), component_(component) {}

  /// The same sink under another component's name, which must be a literal.
  Logger named(std::string_view component) const {
    Logger other = *this;
    other.component_ = component;
    return other;
  }

  template <class... T>
  void debug(std::string_view sentence, const LogKeyValue<T>&... fields) const {
    write(LogLevel::debug, sentence, fields...);
  }
  template <class... T>
  void info(std::string_view sentence, const LogKeyValue<T>&... fields) const {
    write(LogLevel::info, sentence, fields...);
  }
  template <class... T>
  void warn(std::string_view sentence, const LogKeyValue<T>&... fields) const {
    write(LogLevel::warn, sentence, fields...);
  }
  template <class... T>
  void error(std::string_view sentence, const LogKeyValue<T>&... fields) const {
    write(LogLevel::error, sentence, fields...);
  }

 private:
  template <class... T>
  void write(LogLevel level, std::string_view sentence, const LogKeyValue<T>&... fields) const {
    if (sink_ == nullptr || !sink_->enabled(level)) return;
    sink_->write(level, component_, sentence,
                 std::vector<LogField>{{fields.key, fmt::format("{}", fields.value)}...});
  }

  LogSink* sink_ = nullptr;
  std::string_view component_ = "";
};

}  // namespace millrace
