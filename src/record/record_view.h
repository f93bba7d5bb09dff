#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"

namespace millrace::record {

struct HeaderView {
  std::string_view key;
  std::optional<Bytes> value;
};

/// The headers of a record as they lie in its batch; decoded while one walks them.
class HeadersView {
 public:
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = HeaderView;

    Iterator() = default;
    Iterator(Bytes rest, int32_t left) : rest_(rest), left_(left) { decode(); }

    const HeaderView& operator*() const { return header_; }
    const HeaderView* operator->() const { return &header_; }
    Iterator& operator++() { return --left_, decode(), *this; }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    void decode();

    Bytes rest_;        ///< after `header_`
    int32_t left_ = 0;  ///< `header_` and those after it
    HeaderView header_;
  };

  HeadersView() = default;
  /// `encoded` has been checked: it holds `count` sound headers.
  HeadersView(Bytes encoded, int32_t count) : encoded_(encoded), count_(count) {}

  std::size_t size() const { return static_cast<std::size_t>(count_); }
  bool empty() const { return count_ == 0; }
  Iterator begin() const { return {encoded_, count_}; }
  std::default_sentinel_t end() const { return {}; }

 private:
  Bytes encoded_;
  int32_t count_ = 0;
};

/// One record of a batch. Borrows the batch's bytes, or those of the decompressor that opened it.
struct RecordView {
  Offset offset{0};
  /// With LogAppendTime, the batch's; −1 = none.
  Timestamp timestamp{-1};
  std::optional<Bytes> key;
  /// Nothing is a tombstone in a compacted topic; it differs from an empty value.
  std::optional<Bytes> value;
  HeadersView headers;
};

}  // namespace millrace::record
