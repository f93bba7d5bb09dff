#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "record/codec.h"
#include "record/codec/decoder.h"

namespace millrace::record {

/// How much compressed bytes may open to. What they announce is never believed.
struct DecompressLimits {
  /// No more than this, ever. 32 times Kafka's default message.max.bytes.
  std::size_t max_bytes = 32 << 20;
  /// Nor more than this many times the compressed size …
  std::size_t max_ratio = 200;
  /// … but that counts only above this size: a batch of equal records is small at any ratio.
  std::size_t ratio_free_bytes = 16 << 20;

  /// How many bytes `compressed_bytes` may open to.
  std::size_t allowed_for(std::size_t compressed_bytes) const;
};

/// Opens the records sections of compressed batches, one after the other, and keeps the libraries'
/// contexts and its buffers for the next. One per shard or thread; not thread-safe.
class Decompressor {
 public:
  explicit Decompressor(DecompressLimits limits = {});

  /// All of it. The bytes are valid until the next call of anything here; of Codec::none they are
  /// `compressed` itself. Errors: corrupt: broken or cut off; limit_exceeded: it opens to more
  /// than the limits allow; unsupported: a codec without a name.
  Result<Bytes> all(Codec codec, Bytes compressed);

  /// A piece at a time, in bounded memory: `open`, then `next` until it returns an empty piece.
  /// `compressed` must live as long. A piece is valid until the next call of anything here.
  /// Errors as above.
  Result<void> open(Codec codec, Bytes compressed);
  Result<Bytes> next();

 private:
  Result<std::size_t> read(MutableBytes into);
  Result<Decoder*> decoder_for(Codec codec);

  DecompressLimits limits_;
  std::array<std::unique_ptr<Decoder>, 5> decoders_;  ///< by codec, made when first needed
  Decoder* current_ = nullptr;                        ///< null: Codec::none
  Bytes uncompressed_rest_;
  std::size_t allowed_ = 0;
  std::size_t produced_ = 0;
  Buffer window_;  ///< what `next` returns
  Buffer whole_;   ///< what `all` returns
};

}  // namespace millrace::record
