#include "testkit/temp_directory.h"

#include <cstdlib>
#include <filesystem>

#include "base/assert.h"

namespace millrace::testing {

TempDirectory::TempDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
  MR_ASSERT(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;  // a test that leaves something behind has other worries
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace millrace::testing
