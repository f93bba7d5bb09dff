#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace millrace::fraud {

/// Posts JSON to one URL, several requests at a time. Follows no redirect, speaks only http and
/// https, reads at most 64 KiB of an answer. Owned by one thread.
class HttpPoster {
 public:
  struct Answer {
    uint64_t tag = 0;
    int status = 0;  ///< 0 = none; `problem` says why
    std::optional<Milliseconds> retry_after = {};
    std::string problem = {};
  };

  /// Errors: `invalid_argument` for what is no http or https URL.
  static Result<std::unique_ptr<HttpPoster>> open(std::string url, Milliseconds timeout);
  ~HttpPoster();

  using Headers = std::vector<std::pair<std::string, std::string>>;
  void start(uint64_t tag, const std::string& body, const Headers& headers);

  /// Works on what is under way for at most `wait`, or sleeps that long when nothing is; returns
  /// what has ended.
  std::vector<Answer> run(Milliseconds wait);

 private:
  struct Impl;
  explicit HttpPoster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::fraud
