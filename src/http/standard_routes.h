#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "http/server.h"

namespace millrace::http {

/// What is not ready yet, as a sentence for the operator; empty = ready. Thread-safe.
using ReadyCheck = std::function<std::string()>;

/// /metrics (Prometheus text), /healthz (200 while the process runs) and /readyz (200 or 503 with
/// the reason). `registry` must outlive the server.
std::vector<Route> standard_routes(const metrics::Registry& registry, ReadyCheck ready);

/// A file that is part of the binary.
struct Asset {
  std::string_view path;  ///< as requested: "/style.css"
  std::string_view content_type;
  std::string_view bytes;
};

/// One route an asset; "/index.html" also answers "/". The assets' bytes must live forever.
std::vector<Route> asset_routes(std::span<const Asset> assets);

}  // namespace millrace::http
