#include "base/result.h"

#include <fmt/format.h>

namespace millrace {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::not_found:
      return "not_found";
    case Errc::already_exists:
      return "already_exists";
    case Errc::corrupt:
      return "corrupt";
    case Errc::unsupported:
      return "unsupported";
    case Errc::out_of_range:
      return "out_of_range";
    case Errc::limit_exceeded:
      return "limit_exceeded";
    case Errc::io_error:
      return "io_error";
    case Errc::no_space:
      return "no_space";
    case Errc::permission_denied:
      return "permission_denied";
    case Errc::busy:
      return "busy";
    case Errc::unavailable:
      return "unavailable";
    case Errc::timed_out:
      return "timed_out";
    case Errc::cancelled:
      return "cancelled";
    case Errc::out_of_order:
      return "out_of_order";
    case Errc::duplicate:
      return "duplicate";
    case Errc::fenced:
      return "fenced";
    case Errc::failed:
      return "failed";
  }
  return "unknown";
}

std::string Error::message() const {
  return fmt::format("{} ({})", context, name_of(code));
}

tl::unexpected<Error> fail_at(std::string_view where, Error error) {
  error.context = fmt::format("{}: {}", where, error.context);
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace millrace
