// Which way of making many partitions durable at once is the cheapest? One round appends `bytes` to
// each of `n` dirty segment files and then makes all of it durable, in one of three ways:
//   fdatasync  one call a file, spread over `threads` threads
//   syncfs     one call for the whole file system
//   journal    the same bytes once more into one preallocated file, one fdatasync; the segment
//   files
//              are synced behind it, in this program not at all
// Prints a line per plan and n: median and 99th percentile of a round in microseconds.
//
//   build/bench/bin/commit_plan DIR [bytes=1024] [rounds=200] [threads=4]

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr off_t preallocated = 16 << 20;

struct Settings {
  std::filesystem::path dir;
  std::size_t bytes = 1024;
  int rounds = 200;
  unsigned threads = 4;
};

void require(bool ok, std::string_view what) {
  if (ok) return;
  fmt::print(stderr, "commit_plan: {} failed: {}\n", what, std::strerror(errno));
  std::exit(1);
}

// A file whose size and blocks are settled, so that a sync writes data and no metadata.
int open_settled(const std::filesystem::path& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  require(fd >= 0, "open");
  std::vector<char> zeros(1 << 20);
  for (off_t at = 0; at < preallocated; at += static_cast<off_t>(zeros.size())) {
    require(::pwrite(fd, zeros.data(), zeros.size(), at) > 0, "pwrite");
  }
  require(::fsync(fd) == 0, "fsync");
  return fd;
}

class Files {
 public:
  Files(const Settings& settings, std::size_t n)
      : settings_(settings), start_(settings.threads + 1), end_(settings.threads + 1) {
    for (std::size_t i = 0; i < n; ++i) {
      fds_.push_back(open_settled(settings.dir / fmt::format("segment-{}", i)));
    }
    journal_ = open_settled(settings.dir / "journal");
    for (unsigned t = 0; t < settings.threads; ++t) {
      pool_.emplace_back([this, t] { sync_share(t); });
    }
  }
  ~Files() {
    stopping_ = true;
    start_.arrive_and_wait();
    pool_.clear();
    for (int fd : fds_) ::close(fd);
    ::close(journal_);
  }

  void append(const std::vector<char>& record) {
    for (int fd : fds_) write(fd, record, position_);
    position_ = (position_ + static_cast<off_t>(record.size())) % (preallocated / 2);
  }

  void fdatasync_all() {
    start_.arrive_and_wait();
    end_.arrive_and_wait();
  }

  void syncfs_once() { require(::syncfs(journal_) == 0, "syncfs"); }

  void journal_once(const std::vector<char>& record) {
    std::vector<char> round;
    round.reserve(record.size() * fds_.size());
    for (std::size_t i = 0; i < fds_.size(); ++i) {
      round.insert(round.end(), record.begin(), record.end());
    }
    if (journal_position_ + static_cast<off_t>(round.size()) > preallocated) journal_position_ = 0;
    write(journal_, round, journal_position_);
    journal_position_ += static_cast<off_t>(round.size());
    require(::fdatasync(journal_) == 0, "fdatasync");
  }

 private:
  // Thread t syncs every threads-th file, once a round.
  void sync_share(unsigned t) {
    for (;;) {
      start_.arrive_and_wait();
      if (stopping_) return;
      for (std::size_t i = t; i < fds_.size(); i += settings_.threads) {
        require(::fdatasync(fds_[i]) == 0, "fdatasync");
      }
      end_.arrive_and_wait();
    }
  }

  static void write(int fd, const std::vector<char>& bytes, off_t at) {
    require(::pwrite(fd, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()),
            "pwrite");
  }

  const Settings& settings_;
  std::vector<int> fds_;
  int journal_ = -1;
  off_t position_ = 0;
  off_t journal_position_ = 0;
  std::barrier<> start_;
  std::barrier<> end_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::jthread> pool_;
};

template <class Plan>
void measure(const Settings& settings, std::size_t n, std::string_view name, Plan plan) {
  Files files(settings, n);
  std::vector<char> record(settings.bytes, 'x');
  std::vector<double> micros;
  for (int round = 0; round < settings.rounds; ++round) {
    files.append(record);
    auto start = Clock::now();
    plan(files, record);
    micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::sort(micros.begin(), micros.end());
  fmt::print("{:>4} dirty  {:<10} p50 {:>9.0f} us  p99 {:>9.0f} us\n", n, name,
             micros[micros.size() / 2], micros[micros.size() * 99 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: commit_plan DIR [bytes] [rounds] [threads]\n");
    return 2;
  }
  Settings settings{.dir = std::filesystem::path(argv[1]) / "commit-plan"};
  if (argc > 2) settings.bytes = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) settings.rounds = std::atoi(argv[3]);
  if (argc > 4) settings.threads = static_cast<unsigned>(std::atoi(argv[4]));
  std::filesystem::create_directories(settings.dir);

  for (std::size_t n : {1u, 2u, 4u, 8u, 16u, 64u, 256u}) {
    measure(settings, n, "fdatasync", [](Files& f, auto&) { f.fdatasync_all(); });
    measure(settings, n, "syncfs", [](Files& f, auto&) { f.syncfs_once(); });
    measure(settings, n, "journal", [](Files& f, auto& record) { f.journal_once(record); });
  }
  std::filesystem::remove_all(settings.dir);
}
