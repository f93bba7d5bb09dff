#include "apps/console.h"

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>

namespace millrace::apps {

Exit exit_for(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return Exit::usage;
    case Errc::unavailable:
      return Exit::unreachable;
    case Errc::timed_out:
      return Exit::timed_out;
    case Errc::cancelled:
      return Exit::interrupted;
    default:
      return Exit::failed;
  }
}

void Console::print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out_);
}

void Console::say(std::string_view line) {
  if (options_.quiet) return;
  std::fflush(out_);
  std::fwrite(line.data(), 1, line.size(), err_);
  std::fputc('\n', err_);
}

void Console::complain(std::string_view line) {
  std::fflush(out_);
  std::string text = red("error:");
  text.append(" ").append(line).append("\n");
  std::fwrite(text.data(), 1, text.size(), err_);
}

bool Console::flush() {
  if (std::fflush(out_) != 0 && errno == EPIPE) reader_left_ = true;
  return std::ferror(out_) == 0;
}

void Console::wait_for_stop() const {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop_, [] { return false; });
}

std::string Console::painted(std::string_view code, std::string_view text) const {
  if (!options_.colour) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

}  // namespace millrace::apps
