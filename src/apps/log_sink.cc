#include "apps/log_sink.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace millrace::apps {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// A value with spaces or quotes is quoted, so that a line can be taken apart again.
std::string quoted_if_needed(const std::string& value) {
  bool plain = !value.empty() && std::ranges::none_of(value, [](char c) {
    return c == ' ' || c == '"' || c == '=' || static_cast<unsigned char>(c) < 0x20;
  });
  if (plain) return value;
  std::string text = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + "\"";
}

class SpdlogSink final : public LogSink {
 public:
  SpdlogSink(LogLevel least, bool colour)
      : least_(least),
        logger_("millrace", std::make_shared<spdlog::sinks::stderr_color_sink_mt>(
                                colour ? spdlog::color_mode::always : spdlog::color_mode::never)) {
    logger_.set_level(level_of(least));
    logger_.set_pattern("%H:%M:%S.%e %^%-5l%$ %v");
  }

  bool enabled(LogLevel level) const override { return level >= least_; }

  void write(LogLevel level, std::string_view component, std::string_view sentence,
             const std::vector<LogField>& fields) override {
    auto line = fmt::format("{}: {}", component, sentence);
    for (const LogField& field : fields) {
      line += fmt::format(" {}={}", field.key, quoted_if_needed(field.value));
    }
    logger_.log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  LogLevel least_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<LogSink> stderr_log_sink(LogLevel least, bool colour) {
  return std::make_unique<SpdlogSink>(least, colour);
}

}  // namespace millrace::apps
