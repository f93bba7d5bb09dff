#include <cstdio>

#include "wire/all_messages.h"
#include "wire/describe.h"

// Prints every message of every version as this build understands it; tests/wire/ compares that
// with the message definitions that Kafka ships.

namespace millrace::wire {
namespace {

template <class M>
void print_all_versions() {
  for (Version v = M::message.versions.min; v <= M::message.versions.max; ++v) {
    std::printf("# %s key %d version %d%s\n%s", M::message.name.data(), M::message.key, v,
                M::message.flexible(v) ? " flexible" : "", to_text(describe<M>(v)).c_str());
  }
}

template <class... M>
void print_each(Messages<M...>) {
  (print_all_versions<M>(), ...);
}

}  // namespace
}  // namespace millrace::wire

int main() {
  using namespace millrace::wire;
  print_each(DataMessages{});
  print_each(GroupMessages{});
  print_each(AdminMessages{});
  print_each(MetadataRecords{});
}
