// The load that Millrace and Apache Kafka are compared under: one process, librdkafka, no group.
//
//   load produce -b HOST:PORT -t TOPIC [-n records] [-s bytes] [-a acks] [-l linger_ms] [-z codec]
//   load consume -b HOST:PORT -t TOPIC [-n records]
//   load latency -b HOST:PORT -t TOPIC [-r records_per_s] [-d seconds] [-s bytes] [-a acks]
//
// The topic exists. Prints one JSON object: records, seconds, mb_per_s (10^6 bytes of values), and
// for latency p50_ms, p99_ms, p999_ms from the moment a record was due to be sent (so a stalled
// producer counts, no coordinated omission) to the moment the consumer holds it.

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string brokers;
  std::string topic;
  int64_t records = 1'000'000;
  std::size_t bytes = 100;
  std::string acks = "all";
  std::string linger_ms = "5";
  std::string codec = "none";
  double rate = 1000;
  double seconds = 10;
};

[[noreturn]] void die(std::string_view why) {
  fmt::print(stderr, "load: {}\n", why);
  std::exit(1);
}

struct Destroy {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using Handle = std::unique_ptr<rd_kafka_t, Destroy>;

using Settings = std::vector<std::pair<std::string, std::string>>;

std::atomic<int64_t> delivered{0};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(message->err));
  delivered.fetch_add(1, std::memory_order_relaxed);
}

Handle open(rd_kafka_type_t type, const Options& options, const Settings& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[512];
  auto set = [&](const std::string& key, const std::string& value) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error, sizeof error) !=
        RD_KAFKA_CONF_OK) {
      die(error);
    }
  };
  set("bootstrap.servers", options.brokers);
  for (const auto& [key, value] : settings) set(key, value);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t* handle = rd_kafka_new(type, conf, error, sizeof error);
  if (handle == nullptr) die(error);
  return Handle(handle);
}

Handle open_producer(const Options& options, const std::string& linger_ms) {
  return open(RD_KAFKA_PRODUCER, options,
              {{"acks", options.acks},
               {"linger.ms", linger_ms},
               {"batch.size", "131072"},
               {"compression.type", options.codec},
               {"queue.buffering.max.messages", "1000000"},
               {"queue.buffering.max.kbytes", "524288"}});
}

enum class Start { beginning, end };

// Every partition of the topic, assigned by hand. The end is looked up here, so that whatever is
// sent after this returns is consumed.
Handle open_consumer(const Options& options, Start start) {
  auto consumer = open(RD_KAFKA_CONSUMER, options,
                       {{"group.id", "load"},
                        {"enable.auto.commit", "false"},
                        {"fetch.wait.max.ms", "100"},
                        {"check.crcs", "false"},
                        {"queued.min.messages", "200000"}});
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_topic_t* topic = rd_kafka_topic_new(consumer.get(), options.topic.c_str(), nullptr);
  auto error = rd_kafka_metadata(consumer.get(), 0, topic, &metadata, 10'000);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(error));
  int partitions = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
  if (partitions == 0) die("the topic does not exist");
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(topic);

  auto* list = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; ++p) {
    int64_t low = 0;
    int64_t high = 0;
    error = rd_kafka_query_watermark_offsets(consumer.get(), options.topic.c_str(), p, &low, &high,
                                             10'000);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_add(list, options.topic.c_str(), p)->offset =
        start == Start::beginning ? low : high;
  }
  error = rd_kafka_assign(consumer.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(error));
  return consumer;
}

// Waits while librdkafka's queue is full.
void send(rd_kafka_t* producer, const std::string& topic, const std::vector<char>& value) {
  for (;;) {
    auto error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) die(rd_kafka_err2str(error));
    rd_kafka_poll(producer, 10);
  }
}

// Half of the bytes repeat and half do not, so that codecs have honest work.
std::vector<char> make_value(std::size_t bytes) {
  std::vector<char> value(std::max<std::size_t>(bytes, sizeof(int64_t)));
  uint32_t state = 42;
  for (std::size_t i = 0; i < value.size(); ++i) {
    state = state * 1664525u + 1013904223u;
    value[i] = i % 2 == 0 ? 'a' : static_cast<char>('!' + (state >> 24) % 90);
  }
  return value;
}

void print_throughput(const Options& options, Clock::time_point start, std::size_t bytes) {
  double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  double megabytes = static_cast<double>(bytes) / 1e6;
  fmt::print("{{\"records\":{},\"seconds\":{:.4f},\"mb_per_s\":{:.2f}}}\n", options.records,
             seconds, megabytes / seconds);
}

void run_produce(const Options& options) {
  auto producer = open_producer(options, options.linger_ms);
  auto value = make_value(options.bytes);
  auto start = Clock::now();
  for (int64_t i = 0; i < options.records; ++i) {
    send(producer.get(), options.topic, value);
    if (i % 1000 == 0) rd_kafka_poll(producer.get(), 0);
  }
  auto error = rd_kafka_flush(producer.get(), 120'000);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) die(rd_kafka_err2str(error));
  if (delivered.load() != options.records) die("not everything was delivered");
  print_throughput(options, start, value.size() * static_cast<std::size_t>(options.records));
}

void run_consume(const Options& options) {
  auto consumer = open_consumer(options, Start::beginning);
  auto* queue = rd_kafka_queue_get_consumer(consumer.get());
  std::vector<rd_kafka_message_t*> batch(10'000);
  std::size_t bytes = 0;
  int64_t seen = 0;
  auto start = Clock::now();
  while (seen < options.records) {
    auto got = rd_kafka_consume_batch_queue(queue, 30'000, batch.data(), batch.size());
    if (got <= 0) die("nothing more to consume within 30 s");
    for (auto& message : std::span(batch).first(static_cast<std::size_t>(got))) {
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++seen;
        bytes += message->len;
      }
      rd_kafka_message_destroy(message);
    }
  }
  print_throughput(options, start, bytes);
  rd_kafka_queue_destroy(queue);
}

double at(const std::vector<double>& sorted, double q) {
  if (sorted.empty()) die("no record came back");
  auto rank = static_cast<std::size_t>(q * static_cast<double>(sorted.size()));
  return sorted[std::min(sorted.size() - 1, rank)];
}

void run_latency(const Options& options) {
  auto consumer = open_consumer(options, Start::end);
  auto total = static_cast<int64_t>(options.rate * options.seconds);
  std::vector<double> millis;
  millis.reserve(static_cast<std::size_t>(total));

  std::thread receiver([&] {
    while (static_cast<int64_t>(millis.size()) < total) {
      auto* message = rd_kafka_consumer_poll(consumer.get(), 20'000);
      if (message == nullptr) die("a record did not come back within 20 s");
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        int64_t due_ns;
        std::memcpy(&due_ns, message->payload, sizeof due_ns);
        auto late = Clock::now().time_since_epoch() - std::chrono::nanoseconds(due_ns);
        millis.push_back(std::chrono::duration<double, std::milli>(late).count());
      }
      rd_kafka_message_destroy(message);
    }
  });

  auto producer = open_producer(options, "0");
  auto value = make_value(options.bytes);
  auto start = Clock::now() + std::chrono::milliseconds(100);
  for (int64_t i = 0; i < total; ++i) {
    auto due = start + std::chrono::nanoseconds(
                           static_cast<int64_t>(static_cast<double>(i) * 1e9 / options.rate));
    while (Clock::now() < due) {
      rd_kafka_poll(producer.get(), 0);
      std::this_thread::sleep_until(std::min(due, Clock::now() + std::chrono::milliseconds(1)));
    }
    int64_t due_ns = std::chrono::nanoseconds(due.time_since_epoch()).count();
    std::memcpy(value.data(), &due_ns, sizeof due_ns);
    send(producer.get(), options.topic, value);
  }
  rd_kafka_flush(producer.get(), 60'000);
  receiver.join();
  // The first tenth warms connections and caches.
  millis.erase(millis.begin(), millis.begin() + total / 10);
  std::sort(millis.begin(), millis.end());
  fmt::print(
      "{{\"records\":{},\"seconds\":{:.2f},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},"
      "\"p999_ms\":{:.3f}}}\n",
      total, options.seconds, at(millis, 0.5), at(millis, 0.99), at(millis, 0.999));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) die("usage: load produce|consume|latency -b HOST:PORT -t TOPIC [options]");
  Options options;
  std::string_view mode = argv[1];
  optind = 2;
  for (int flag; (flag = ::getopt(argc, argv, "b:t:n:s:a:l:z:r:d:")) != -1;) {
    switch (flag) {
      case 'b':
        options.brokers = optarg;
        break;
      case 't':
        options.topic = optarg;
        break;
      case 'n':
        options.records = std::atoll(optarg);
        break;
      case 's':
        options.bytes = std::strtoull(optarg, nullptr, 10);
        break;
      case 'a':
        options.acks = optarg;
        break;
      case 'l':
        options.linger_ms = optarg;
        break;
      case 'z':
        options.codec = optarg;
        break;
      case 'r':
        options.rate = std::atof(optarg);
        break;
      case 'd':
        options.seconds = std::atof(optarg);
        break;
      default:
        die("unknown flag");
    }
  }
  if (options.brokers.empty() || options.topic.empty()) die("-b and -t are needed");
  if (mode == "produce")
    run_produce(options);
  else if (mode == "consume")
    run_consume(options);
  else if (mode == "latency")
    run_latency(options);
  else
    die("the modes are produce, consume and latency");
}
