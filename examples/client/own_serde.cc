// A value format of one's own.  Usage: own_serde [HOST:PORT]
#include <fmt/core.h>
#include <millrace/client.h>

using namespace std::chrono_literals;

struct Point {
  int32_t x = 0;
  int32_t y = 0;
};

struct PointSerde {
  millrace::Serde<int32_t> number;

  void encode(const Point& point, millrace::Buffer& out) const {
    number.encode(point.x, out);
    number.encode(point.y, out);
  }
  millrace::Result<Point> decode(millrace::Bytes bytes) {
    if (bytes.size() != 8) return millrace::fail(millrace::Errc::corrupt, "a point has 8 bytes");
    MR_TRY(auto x, number.decode(bytes.first(4)));
    MR_TRY(auto y, number.decode(bytes.last(4)));
    return Point{x, y};
  }
};

int main(int argc, char** argv) {
  std::string bootstrap = argc > 1 ? argv[1] : "localhost:9092";
  using Points = millrace::Producer<int64_t, Point, millrace::Serde<int64_t>, PointSerde>;
  auto producer = Points::open({.bootstrap = bootstrap});
  if (!producer) return fmt::print(stderr, "{}\n", producer.error().message()), 1;
  producer->send("points", 1, {.x = 3, .y = -4});
  auto flushed = producer->flush(10s);
  if (!flushed) return fmt::print(stderr, "{}\n", flushed.error().message()), 1;

  auto consumer = millrace::Consumer<int64_t, Point, millrace::Serde<int64_t>, PointSerde>::open(
      {.bootstrap = bootstrap,
       .topics = {"points"},
       .auto_offset_reset = millrace::Reset::earliest,
       .stop_at_end = true});
  if (!consumer) return fmt::print(stderr, "{}\n", consumer.error().message()), 1;
  for (auto& record : consumer->records()) {
    fmt::print("{}: {},{}\n", *record.key, record.value->x, record.value->y);
  }
}
