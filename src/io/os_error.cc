#include "io/os_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace millrace::io {
namespace {

Errc code_of(int number) {
  switch (number) {
    case ENOENT:
      return Errc::not_found;
    case EEXIST:
    case ENOTEMPTY:
      return Errc::already_exists;
    case ENOSPC:
    case EDQUOT:
      return Errc::no_space;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::permission_denied;
    case EMFILE:
    case ENFILE:
    case EFBIG:
      return Errc::limit_exceeded;
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return Errc::failed;
    case EWOULDBLOCK:
    case EBUSY:
      return Errc::busy;
    default:
      return Errc::io_error;
  }
}

}  // namespace

tl::unexpected<Error> os_error(int number, std::string_view operation, std::string_view path) {
  return fail(code_of(number), fmt::format("cannot {} {}: {}", operation, path,
                                           std::generic_category().message(number)));
}

}  // namespace millrace::io
