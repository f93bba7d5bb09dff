#pragma once

#include <atomic>
#include <cstdio>
#include <stop_token>
#include <string_view>

#include "base/log.h"
#include "base/result.h"

namespace millrace::apps {

/// Exit codes, those of sysexits where one fits.
enum class Exit : int {
  ok = 0,
  failed = 1,        ///< the operation or a check failed
  usage = 2,         ///< the command line is wrong
  unreachable = 69,  ///< no broker answers
  timed_out = 75,    ///< a retry may work
  bad_config = 78,   ///< a configuration key or value is wrong
  interrupted = 130,
};

/// The exit code that tells a script what kind of failure this was.
Exit exit_for(const Error& error);

/// A terminal as the commands see it: results on `out`, talk on `err`. Results survive a pipe
/// (`out` never gets colours when it is no terminal); talk is dropped by -q.
class Console {
 public:
  struct Options {
    bool quiet = false;
    bool colour = false;  ///< of talk on `err`
    bool in_is_tty = false;
    bool out_is_tty = false;
    bool err_is_tty = false;
  };

  Console(std::FILE* out, std::FILE* err, Options options, Logger log, std::stop_token stop)
      : out_(out), err_(err), options_(options), log_(log), stop_(std::move(stop)) {}

  /// A piece of the result, as it is.
  void print(std::string_view text);
  /// A line of talk to the person at the terminal.
  void say(std::string_view line);
  /// "error: <line>", also with -q.
  void complain(std::string_view line);
  /// Makes everything printed so far visible; false when the reader of `out` has gone away.
  /// Thread-safe, as `print` is.
  bool flush();
  /// The last failed flush found nobody who reads `out` any more (as behind `| head`).
  bool reader_left() const { return reader_left_; }

  /// `text` in bold, green, red or dim where `err` shows colours.
  std::string bold(std::string_view text) const { return painted("1", text); }
  std::string green(std::string_view text) const { return painted("32", text); }
  std::string red(std::string_view text) const { return painted("31", text); }
  std::string dim(std::string_view text) const { return painted("2", text); }

  const Options& options() const { return options_; }
  const Logger& log() const { return log_; }
  /// Set by the first SIGINT or SIGTERM.
  const std::stop_token& stop() const { return stop_; }
  /// Returns when a stop is asked for.
  void wait_for_stop() const;

 private:
  std::string painted(std::string_view code, std::string_view text) const;

  std::FILE* out_;
  std::FILE* err_;
  std::atomic<bool> reader_left_ = false;
  Options options_;
  Logger log_;
  std::stop_token stop_;
};

}  // namespace millrace::apps
