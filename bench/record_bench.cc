// What does it cost to check a batch on arrival, beside the CRC-32C alone that any broker pays? And
// what to build one, and to open a bomb before it is refused? Bytes per second are of the batch as
// it lies on the wire, except for the bomb.
//
//   build/bench/bin/record_bench

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "base/crc32c.h"
#include "record/batch_builder.h"
#include "record/batch_view.h"
#include "record/check_batch.h"
#include "record/compression.h"

namespace millrace::record {
namespace {

constexpr std::size_t batch_size = 16 << 10;

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "record_bench: %s\n", result.error().message().c_str());
  std::exit(1);
}

/// Values of `value_size` letters, about as compressible as JSON of one kind.
Buffer batch_of(Codec codec, std::size_t value_size) {
  std::mt19937 random(1);
  BatchBuilder builder({.codec = codec});
  std::string value;
  for (int64_t i = 0; builder.size_in_bytes() < batch_size; ++i) {
    value.clear();
    while (value.size() < value_size) value += "user-" + std::to_string(random() % 1000) + " paid;";
    value.resize(value_size);
    if (!builder.add({.timestamp = Timestamp(1'700'000'000'000 + i), .value = as_bytes(value)})) {
      break;
    }
  }
  return must(builder.finish());
}

void crc_alone(benchmark::State& state) {
  Buffer bytes = batch_of(Codec::none, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(Bytes(bytes).subspan(crc_coverage_start)));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}
BENCHMARK(crc_alone)->Arg(100)->Arg(1000);

void check(benchmark::State& state) {
  auto codec = static_cast<Codec>(state.range(0));
  Buffer bytes = batch_of(codec, static_cast<std::size_t>(state.range(1)));
  Decompressor decompressor;
  for (auto _ : state) {
    auto batch = must(BatchView::parse(bytes));
    benchmark::DoNotOptimize(must(check_batch(batch, {}, decompressor)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
  state.SetItemsProcessed(state.iterations() * must(BatchView::parse(bytes)).header().record_count);
  state.SetLabel(std::string(name_of(codec)));
}
BENCHMARK(check)->ArgsProduct({{0, 1, 2, 3, 4}, {100, 1000}});

void build(benchmark::State& state) {
  std::string value(100, 'x');
  BatchBuilder builder;
  std::size_t bytes = 0;
  for (auto _ : state) {
    while (builder.size_in_bytes() < batch_size) {
      if (!builder.add({.timestamp = Timestamp(5), .value = as_bytes(value)})) std::abort();
    }
    bytes += must(builder.finish()).size();
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(build);

/// 2 MiB of gzip that open to 2 GiB.
void refuse_bomb(benchmark::State& state) {
  Buffer piece = must(compress(Codec::gzip, Buffer(8 << 20), 9));
  Buffer bomb;
  while (bomb.size() < (2 << 20)) bomb.insert(bomb.end(), piece.begin(), piece.end());
  Decompressor decompressor;
  for (auto _ : state) {
    if (decompressor.all(Codec::gzip, bomb)) std::abort();
  }
}
BENCHMARK(refuse_bomb)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace millrace::record

BENCHMARK_MAIN();
