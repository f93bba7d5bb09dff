#include "millrace/serde.h"

#include <fmt/format.h>

namespace millrace {

tl::unexpected<Error> wrong_width(std::size_t expected, std::size_t got) {
  return fail(Errc::corrupt, fmt::format("expected {} bytes, got {}", expected, got));
}

}  // namespace millrace
