#include "io/memory_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <set>

#include "base/text.h"

namespace millrace::io {
namespace {

constexpr std::size_t sector_bytes = 512;

using Random = std::mt19937_64;

bool one_in(Random& random, uint64_t n) {
  return random() % n == 0;
}

/// A file or a directory, with what is visible now and what would survive a crash.
struct Node {
  explicit Node(bool directory) : is_directory(directory) {}

  bool is_directory;

  // A file. Outside [dirty_begin, dirty_end) `content` and `durable` agree.
  Buffer content;
  Buffer durable;
  uint64_t dirty_begin = std::numeric_limits<uint64_t>::max();
  uint64_t dirty_end = 0;

  // A directory.
  using Entries = std::map<std::string, std::shared_ptr<Node>, std::less<>>;
  struct Step {  // from empty: `name` becomes `node`; node empty: `name` goes; both: a rename
    std::string from;
    std::string name;
    std::shared_ptr<Node> node;
  };
  Entries entries;
  Entries durable_entries;
  std::vector<Step> pending;

  void mark_dirty(uint64_t begin, uint64_t end) {
    dirty_begin = std::min(dirty_begin, begin);
    dirty_end = std::max(dirty_end, end);
  }

  void sync_file() {
    durable.resize(content.size());
    auto begin = std::min<uint64_t>(dirty_begin, content.size());
    auto end = std::min<uint64_t>(dirty_end, content.size());
    if (begin < end) {
      std::copy(content.begin() + static_cast<std::ptrdiff_t>(begin),
                content.begin() + static_cast<std::ptrdiff_t>(end),
                durable.begin() + static_cast<std::ptrdiff_t>(begin));
    }
    dirty_begin = std::numeric_limits<uint64_t>::max();
    dirty_end = 0;
  }

  void apply(Step step) {
    do_step(entries, step);
    pending.push_back(std::move(step));
  }

  void sync_entries() {
    durable_entries = entries;
    pending.clear();
  }

  static void do_step(Entries& to, const Step& step) {
    if (!step.from.empty()) to.erase(step.from);
    if (step.node) {
      to[step.name] = step.node;
    } else {
      to.erase(step.name);
    }
  }

  void crash(Random& random);
  void crash_file(Random& random);
  void crash_entries(Random& random);
};

void Node::crash(Random& random) {
  if (!is_directory) return crash_file(random);
  crash_entries(random);
  for (auto& [name, node] : entries) node->crash(random);
}

/// A disk has written all, none or some of what waits, in any order; a sector in the middle of
/// being written holds the beginning of the new and the end of the old bytes.
void Node::crash_file(Random& random) {
  auto size = one_in(random, 2) ? content.size() : durable.size();
  auto mood = random() % 4;  // 0 nothing, 1 everything, else each sector for itself
  content.resize(std::max(content.size(), durable.size()));
  durable.resize(content.size());
  for (std::size_t at = 0; at < content.size(); at += sector_bytes) {
    auto length = std::min(sector_bytes, content.size() - at);
    auto keep = mood == 0   ? 0
                : mood == 1 ? length
                            : std::array{std::size_t{0}, length, random() % length}[random() % 3];
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at), keep,
                durable.begin() + static_cast<std::ptrdiff_t>(at));
  }
  durable.resize(size);
  content = durable;
  dirty_begin = std::numeric_limits<uint64_t>::max();
  dirty_end = 0;
}

void Node::crash_entries(Random& random) {
  auto mood = random() % 4;
  for (const auto& step : pending) {
    bool kept = mood == 0 ? false : mood == 1 ? true : one_in(random, 2);
    bool possible = step.from.empty() || durable_entries.contains(step.from);
    if (kept && possible) do_step(durable_entries, step);
  }
  entries = durable_entries;
  pending.clear();
}

}  // namespace

struct MemoryDirectory::State {
  std::mutex mutex;
  std::shared_ptr<Node> root = std::make_shared<Node>(true);
  std::set<std::string, std::less<>> locks;
  uint64_t life = 0;  // files and locks of an earlier life are dead
  uint64_t syncs = 0;

  uint64_t calls = 0;
  uint64_t fail_at = 0;  // 0: never
  Errc fail_code = Errc::io_error;
  bool fail_forever = false;
  uint64_t space = std::numeric_limits<uint64_t>::max();

  Result<std::shared_ptr<Node>> find(std::string_view path) const;
  Result<std::shared_ptr<Node>> find_directory(std::string_view path) const;
  /// Counts a call that changes something; an error when it is one that shall fail.
  Result<void> change(std::string_view operation, std::string_view path);
  uint64_t used() const { return used_below(*root); }

 private:
  static uint64_t used_below(const Node& node) {
    uint64_t sum = node.content.size();
    for (const auto& [name, child] : node.entries) sum += used_below(*child);
    return sum;
  }
};

Result<std::shared_ptr<Node>> MemoryDirectory::State::find(std::string_view path) const {
  auto node = root;
  if (path.empty()) return node;
  for (auto part : split(path, '/')) {
    if (!node->is_directory) return fail(Errc::invalid_argument, fmt::format("bad path {}", path));
    auto at = node->entries.find(part);
    if (at == node->entries.end()) return fail(Errc::not_found, fmt::format("no file {}", path));
    node = at->second;
  }
  return node;
}

Result<std::shared_ptr<Node>> MemoryDirectory::State::find_directory(std::string_view path) const {
  MR_TRY(auto node, find(path));
  if (node->is_directory) return node;
  return fail(Errc::invalid_argument, fmt::format("{} is not a directory", path));
}

Result<void> MemoryDirectory::State::change(std::string_view operation, std::string_view path) {
  ++calls;
  bool fails = fail_at != 0 && (calls == fail_at || (fail_forever && calls > fail_at));
  if (!fails) return {};
  return fail(fail_code, fmt::format("cannot {} {}: injected", operation, path));
}

class MemoryDirectory::MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<State> state, std::shared_ptr<Node> node, std::string path)
      : state_(std::move(state)), node_(std::move(node)), path_(std::move(path)) {
    life_ = state_->life;
  }

  Result<std::size_t> read_at(uint64_t position, MutableBytes into) const override {
    std::lock_guard guard(state_->mutex);
    MR_TRY(check_alive());
    const auto& content = node_->content;
    if (position >= content.size()) return std::size_t{0};
    auto length = std::min<std::size_t>(into.size(), content.size() - position);
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(position), length, into.begin());
    return length;
  }

  Result<void> write_at(uint64_t position, std::span<const Bytes> pieces) override {
    std::lock_guard guard(state_->mutex);
    MR_TRY(check_alive());
    auto allowed = state_->change("write to", path_);
    for (Bytes piece : pieces) {
      // What fails half way has written half.
      if (!allowed) piece = piece.first(piece.size() / 2);
      MR_TRY(put(position, piece));
      if (!allowed) break;
      position += piece.size();
    }
    return allowed;
  }

  Result<void> sync_data() override {
    std::lock_guard guard(state_->mutex);
    MR_TRY(check_alive());
    MR_TRY(state_->change("sync", path_));
    node_->sync_file();
    ++state_->syncs;
    return {};
  }

  Result<void> truncate(uint64_t size) override {
    std::lock_guard guard(state_->mutex);
    MR_TRY(check_alive());
    MR_TRY(state_->change("truncate", path_));
    return resize(size);
  }

  Result<void> preallocate(uint64_t position, uint64_t length) override {
    std::lock_guard guard(state_->mutex);
    MR_TRY(check_alive());
    MR_TRY(state_->change("reserve space for", path_));
    return position + length <= node_->content.size() ? Result<void>() : resize(position + length);
  }

  Result<uint64_t> size() const override {
    std::lock_guard guard(state_->mutex);
    MR_TRY(check_alive());
    return node_->content.size();
  }

  int native_handle() const override { return -1; }
  const std::string& path() const override { return path_; }

 private:
  Result<void> check_alive() const {
    if (life_ == state_->life) return {};
    return fail(Errc::io_error, fmt::format("{} was open when the machine went down", path_));
  }

  Result<void> resize(uint64_t size) {
    auto before = node_->content.size();
    if (size > before && state_->used() + (size - before) > state_->space) {
      return fail(Errc::no_space, fmt::format("no space left for {}", path_));
    }
    node_->content.resize(size);
    node_->mark_dirty(std::min<uint64_t>(size, before), std::max<uint64_t>(size, before));
    return {};
  }

  Result<void> put(uint64_t position, Bytes piece) {
    if (position + piece.size() > node_->content.size()) {
      MR_TRY(resize(position + piece.size()));
    }
    std::copy(piece.begin(), piece.end(),
              node_->content.begin() + static_cast<std::ptrdiff_t>(position));
    node_->mark_dirty(position, position + piece.size());
    return {};
  }

  std::shared_ptr<State> state_;
  std::shared_ptr<Node> node_;
  std::string path_;
  uint64_t life_ = 0;
};

class MemoryDirectory::MemoryLock final : public Lock {
 public:
  MemoryLock(std::shared_ptr<State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)), life_(state_->life) {}
  ~MemoryLock() override {
    std::lock_guard guard(state_->mutex);
    if (life_ == state_->life) state_->locks.erase(path_);
  }

 private:
  std::shared_ptr<State> state_;
  std::string path_;
  uint64_t life_;
};

MemoryDirectory::MemoryDirectory(std::string name)
    : name_(std::move(name)), state_(std::make_shared<State>()) {}
MemoryDirectory::~MemoryDirectory() = default;

Result<std::shared_ptr<File>> MemoryDirectory::open(std::string_view path, OpenMode mode) {
  std::lock_guard guard(state_->mutex);
  MR_TRY(auto parent, state_->find_directory(parent_of(path)));
  auto found = state_->find(path);
  if (found && (*found)->is_directory) {
    return fail(Errc::invalid_argument, fmt::format("{} is a directory", path));
  }
  if (found && mode == OpenMode::create_new) {
    return fail(Errc::already_exists, fmt::format("{} exists", path));
  }
  if (!found) {
    if (mode == OpenMode::read_only || mode == OpenMode::read_write) return fail(found.error());
    MR_TRY(state_->change("create", path));
    found = std::make_shared<Node>(false);
    parent->apply(
        {.from = "", .name = std::string(path.substr(path.rfind('/') + 1)), .node = *found});
  }
  return std::make_shared<MemoryFile>(state_, *found, std::string(path));
}

Result<std::vector<Entry>> MemoryDirectory::list(std::string_view path) {
  std::lock_guard guard(state_->mutex);
  MR_TRY(auto node, state_->find_directory(path));
  std::vector<Entry> entries;
  for (const auto& [entry, child] : node->entries) entries.push_back({entry, child->is_directory});
  return entries;
}

Result<bool> MemoryDirectory::exists(std::string_view path) {
  std::lock_guard guard(state_->mutex);
  return state_->find(path).has_value();
}

Result<void> MemoryDirectory::make_directory(std::string_view path) {
  std::lock_guard guard(state_->mutex);
  MR_TRY(auto parent, state_->find_directory(parent_of(path)));
  if (state_->find(path)) return fail(Errc::already_exists, fmt::format("{} exists", path));
  MR_TRY(state_->change("make directory", path));
  parent->apply({.from = "",
                 .name = std::string(path.substr(path.rfind('/') + 1)),
                 .node = std::make_shared<Node>(true)});
  return {};
}

Result<void> MemoryDirectory::remove(std::string_view path) {
  std::lock_guard guard(state_->mutex);
  MR_TRY(auto node, state_->find(path));
  MR_TRY(auto parent, state_->find_directory(parent_of(path)));
  if (!node->entries.empty()) {
    return fail(Errc::already_exists, fmt::format("directory {} is not empty", path));
  }
  MR_TRY(state_->change("remove", path));
  parent->apply({.from = "", .name = std::string(path.substr(path.rfind('/') + 1)), .node = {}});
  return {};
}

Result<void> MemoryDirectory::rename(std::string_view from, std::string_view to) {
  std::lock_guard guard(state_->mutex);
  if (parent_of(from) != parent_of(to)) {
    return fail(Errc::invalid_argument,
                fmt::format("{} and {} are in different directories", from, to));
  }
  MR_TRY(auto node, state_->find(from));
  MR_TRY(auto parent, state_->find_directory(parent_of(to)));
  if (auto target = state_->find(to); target && (*target)->is_directory) {
    return fail(Errc::already_exists, fmt::format("directory {} exists", to));
  }
  MR_TRY(state_->change("rename", from));
  parent->apply({.from = std::string(from.substr(from.rfind('/') + 1)),
                 .name = std::string(to.substr(to.rfind('/') + 1)),
                 .node = node});
  return {};
}

Result<void> MemoryDirectory::sync_directory(std::string_view path) {
  std::lock_guard guard(state_->mutex);
  MR_TRY(auto node, state_->find_directory(path));
  MR_TRY(state_->change("sync directory", path));
  node->sync_entries();
  ++state_->syncs;
  return {};
}

Result<std::unique_ptr<Directory::Lock>> MemoryDirectory::lock(std::string_view path) {
  std::lock_guard guard(state_->mutex);
  if (!state_->locks.emplace(path).second) {
    return fail(Errc::busy, fmt::format("{} is held by another process", path));
  }
  return std::make_unique<MemoryLock>(state_, std::string(path));
}

Result<uint64_t> MemoryDirectory::free_space() {
  std::lock_guard guard(state_->mutex);
  auto used = state_->used();
  return used < state_->space ? state_->space - used : 0;
}

void MemoryDirectory::crash(uint64_t seed) {
  std::lock_guard guard(state_->mutex);
  Random random(seed);
  state_->root->crash(random);
  ++state_->life;
  state_->locks.clear();
}

void MemoryDirectory::kill() {
  std::lock_guard guard(state_->mutex);
  ++state_->life;
  state_->locks.clear();
}

void MemoryDirectory::fail_call(uint64_t n, Errc code, bool forever) {
  std::lock_guard guard(state_->mutex);
  state_->calls = 0;
  state_->fail_at = n;
  state_->fail_code = code;
  state_->fail_forever = forever;
}

void MemoryDirectory::heal() {
  std::lock_guard guard(state_->mutex);
  state_->fail_at = 0;
}

bool MemoryDirectory::failure_happened() const {
  std::lock_guard guard(state_->mutex);
  return state_->fail_at != 0 && state_->calls >= state_->fail_at;
}

void MemoryDirectory::limit_space(uint64_t bytes) {
  std::lock_guard guard(state_->mutex);
  state_->space = bytes;
}

uint64_t MemoryDirectory::syncs() const {
  std::lock_guard guard(state_->mutex);
  return state_->syncs;
}

}  // namespace millrace::io
