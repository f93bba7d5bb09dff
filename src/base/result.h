#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

/// How every fallible function of Millrace answers. Three kinds of failure are never mixed:
/// an operating error is a `Result`, an error for a Kafka client is a field of the reply
/// (mapped in broker/error_map.cc), a bug is an `MR_ASSERT`.
namespace millrace {

enum class Errc : uint8_t {
  invalid_argument,   ///< the caller's value is wrong; the context says which and what is allowed
  not_found,          ///< file, topic, group … is not there
  already_exists,     ///< it is there and should not be
  corrupt,            ///< bytes that fail their checksum, lengths or layout
  unsupported,        ///< well formed, but not something this build serves
  out_of_range,       ///< an offset, position or index outside what exists
  limit_exceeded,     ///< a configured limit was hit; the context names it
  io_error,           ///< the operating system refused (EIO and the like); never retried on sync
  no_space,           ///< ENOSPC or EDQUOT
  permission_denied,  ///< EACCES, EPERM, read-only file system
  busy,               ///< in use by somebody else: port, data directory
  unavailable,        ///< the peer is not there or not ready; a retry may work
  timed_out,          ///< a deadline passed; a retry may work
  cancelled,          ///< stopped on purpose
  out_of_order,       ///< an idempotent producer's sequence does not follow
  duplicate,          ///< an idempotent producer's batch was appended before
  fenced,             ///< a newer epoch or instance has taken over
  failed,             ///< anything else; the context says what
};

/// The name as written in the enum, e.g. "no_space".
std::string_view name_of(Errc code);

struct Error {
  Errc code = Errc::failed;
  std::string context;  ///< a sentence: which file, offset, topic; what to do if it is known

  /// "<context> (<code>)", for logs and terminals.
  std::string message() const;
};

/// tl::expected with the shape of std::expected, and an error that cannot be dropped.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Errc code, std::string context) {
  return tl::unexpected<Error>(Error{code, std::move(context)});
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

/// `error` with "<where>: " before its context.
tl::unexpected<Error> fail_at(std::string_view where, Error error);

}  // namespace millrace

#define MR_CONCAT_INNER(a, b) a##b
#define MR_CONCAT(a, b) MR_CONCAT_INNER(a, b)
#define MR_TRY_1(tmp, expr) \
  if (auto tmp = (expr); !tmp) return ::tl::unexpected<::millrace::Error>(std::move(tmp).error())
#define MR_TRY_2(tmp, decl, expr)                                               \
  auto tmp = (expr);                                                            \
  if (!tmp) return ::tl::unexpected<::millrace::Error>(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define MR_TRY_PICK(_1, _2, NAME, ...) NAME

/// MR_TRY(f());              returns f()'s error from the enclosing function
/// MR_TRY(auto x, f());      the same, otherwise binds the value
#define MR_TRY(...) \
  MR_TRY_PICK(__VA_ARGS__, MR_TRY_2, MR_TRY_1)(MR_CONCAT(mr_try_, __LINE__), __VA_ARGS__)
