#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "base/time.h"

namespace millrace {

/// What a consumer does with a record that cannot be decoded, or whose handler fails:
///   OnError::fail()                     stop the loop with the error; the record stays uncommitted
///   OnError::skip()                     log it and go on
///   OnError::dead_letter("topic.dlq")   write it to that topic, wait for that, and go on
///   OnError::retry(3, 100ms).then(…)    call the handler again up to 3 times, then one of the
///   above
///
/// A dead letter keeps the original key, value and headers and adds headers (as text):
/// mr.dlq.topic, mr.dlq.partition, mr.dlq.offset, mr.dlq.error, mr.dlq.stage (key, value or
/// process), mr.dlq.attempts, mr.dlq.ts (milliseconds since 1970).
struct OnError {
  enum class Finally : uint8_t { fail, skip, dead_letter };

  Finally finally = Finally::fail;
  std::string dead_letter_topic{};
  int retries = 0;            ///< calls of the handler after the first
  Milliseconds backoff{100};  ///< before the first retry; doubled for each one after it
  Milliseconds max_backoff{10'000};

  static OnError fail() { return {}; }
  static OnError skip() { return {.finally = Finally::skip}; }
  static OnError dead_letter(std::string topic) {
    return {.finally = Finally::dead_letter, .dead_letter_topic = std::move(topic)};
  }
  static OnError retry(int retries, Milliseconds backoff) {
    return {.retries = retries, .backoff = backoff};
  }

  /// These retries, and then what `last` does.
  OnError then(OnError last) const {
    last.retries = retries;
    last.backoff = backoff;
    last.max_backoff = max_backoff;
    return last;
  }

  /// The wait after `attempts` calls have failed.
  Milliseconds wait_after(int attempts) const;
  /// All waits of one record together.
  Milliseconds total_wait() const;
};

/// Why a record is given up.
struct Failure {
  enum class Stage : uint8_t { key, value, process };

  Stage stage;
  Error error;
  int attempts;
};

/// Runs `body`, which returns void or a Result, and turns what it throws into an error.
template <class Body>
Result<void> guarded(Body&& body) {
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
      return {};
    } else {
      auto result = body();
      if (!result) return millrace::fail(std::move(result).error());
      return {};
    }
  } catch (const std::exception& thrown) {
    return millrace::fail(Errc::failed, thrown.what());
  } catch (...) {
    return millrace::fail(Errc::failed, "threw something that is no std::exception");
  }
}

}  // namespace millrace
