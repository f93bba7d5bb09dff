#include "record/batch_view.h"

#include <fmt/format.h>

#include "base/crc32c.h"

namespace millrace::record {

Result<BatchView> BatchView::parse(Bytes bytes) {
  MR_TRY(auto header, decode_header(bytes));
  if (header.size_in_bytes() > bytes.size()) {
    return fail(Errc::corrupt, fmt::format("a batch of {} bytes is cut off after {}",
                                           header.size_in_bytes(), bytes.size()));
  }
  return BatchView(header, bytes.first(header.size_in_bytes()));
}

bool BatchView::crc_matches() const {
  return crc32c(bytes_.subspan(crc_coverage_start)) == header_.crc;
}

Result<std::optional<BatchView>> BatchCursor::next() {
  if (rest_.empty()) return std::optional<BatchView>();
  MR_TRY(auto batch, BatchView::parse(rest_));
  rest_ = rest_.subspan(batch.bytes().size());
  return std::optional(batch);
}

}  // namespace millrace::record
