#include "broker/api.h"

#include "base/assert.h"

namespace millrace::broker {

std::vector<Piece> to_pieces(wire::Encoded encoded, std::vector<storage::FileSlice> slices) {
  std::vector<Piece> pieces;
  if (encoded.gaps.empty()) {
    MR_ASSERT(slices.empty());
    pieces.emplace_back(std::move(encoded.bytes));
    return pieces;
  }
  auto slice = slices.begin();
  size_t done = 0;
  auto add_bytes_until = [&](size_t end) {
    auto begin = encoded.bytes.begin();
    pieces.emplace_back(Buffer(begin + static_cast<std::ptrdiff_t>(done),
                               begin + static_cast<std::ptrdiff_t>(end)));
    done = end;
  };
  for (const auto& gap : encoded.gaps) {
    add_bytes_until(gap.position);
    for (size_t filled = 0; filled < gap.size; ++slice) {
      MR_ASSERT(slice != slices.end());
      filled += slice->length;
      MR_ASSERT(filled <= gap.size);
      pieces.emplace_back(std::move(*slice));
    }
  }
  add_bytes_until(encoded.bytes.size());
  MR_ASSERT(slice == slices.end());
  return pieces;
}

}  // namespace millrace::broker
