#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace millrace::fraud {

/// The shared secret of a webhook, and the signatures it makes as Standard Webhooks 1.0 has them
/// (standardwebhooks.com). Never printed or logged.
class WebhookSecret {
 public:
  /// "whsec_" and 24 to 64 bytes in base64; white space around it is ignored. Errors:
  /// `invalid_argument`, which never repeats the text.
  static Result<WebhookSecret> parse(std::string_view text);

  /// The value of the webhook-signature header: "v1," and the base64 of HMAC-SHA256 over
  /// "<id>.<seconds since 1970>.<body>".
  std::string sign(std::string_view id, int64_t seconds, std::string_view body) const;

 private:
  explicit WebhookSecret(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace millrace::fraud
