#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "wire/error_code.h"
#include "wire/message.h"

namespace millrace::broker {

/// Counts the requests of one API on one shard. Owned by the shard's thread.
class ApiMeter {
 public:
  ApiMeter(metrics::Registry& registry, std::string_view api);

  void count(wire::ErrorCode error, Duration took);

 private:
  metrics::Counter& counter(wire::ErrorCode error);

  metrics::Registry& registry_;
  std::string api_;
  metrics::Histogram& duration_;
  metrics::Counter& ok_;
  std::map<wire::ErrorCode, metrics::Counter*> failed_;
};

/// A walker that stops at nothing and remembers the first error code that is not NONE.
class FirstError {
 public:
  wire::ErrorCode found = wire::ErrorCode::none;

  template <class T>
  void field(const char*, const T& value, wire::FieldOptions = {}) {
    look(value);
  }
  template <class T>
  void tagged(int, const char*, const T& value, wire::FieldOptions = {}) {
    look(value);
  }

 private:
  template <class T>
  void look(const T& value) {
    if constexpr (std::is_same_v<T, wire::ErrorCode>) {
      if (found == wire::ErrorCode::none) found = value;
    } else if constexpr (wire::is_optional<T>) {
      if (value) look(*value);
    } else if constexpr (wire::is_array<T>) {
      if constexpr (!wire::Scalar<typename T::value_type>) {
        for (const auto& element : value) look(element);
      }
    } else if constexpr (wire::Nested<T>) {
      T::walk(*this, value);
    }
  }
};

template <class Response>
wire::ErrorCode first_error(const Response& response) {
  FirstError walker;
  Response::walk(walker, response);
  return walker.found;
}

}  // namespace millrace::broker
