#include "fraud/webhook/standard_webhooks.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>

#include "base/text.h"

namespace millrace::fraud {
namespace {

std::string base64(const unsigned char* bytes, size_t size) {
  std::string out(4 * ((size + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(size));
  out.resize(static_cast<size_t>(length));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<size_t>(length) - padding);
  return out;
}

}  // namespace

Result<WebhookSecret> WebhookSecret::parse(std::string_view text) {
  constexpr std::string_view prefix = "whsec_";
  text = trim(text);
  const auto key =
      text.starts_with(prefix) ? from_base64(text.substr(prefix.size())) : std::nullopt;
  if (!key || key->size() < 24 || key->size() > 64) {
    return fail(Errc::invalid_argument,
                "a webhook secret is whsec_ and 24 to 64 bytes in base64; make one with: "
                "echo whsec_$(openssl rand -base64 32)");
  }
  return WebhookSecret(*key);
}

std::string WebhookSecret::sign(std::string_view id, int64_t seconds, std::string_view body) const {
  const std::string content = fmt::format("{}.{}.{}", id, seconds, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(),
       &size);
  return "v1," + base64(digest.data(), size);
}

}  // namespace millrace::fraud
