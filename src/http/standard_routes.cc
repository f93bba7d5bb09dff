#include "http/standard_routes.h"

#include <utility>

namespace millrace::http {

std::vector<Route> standard_routes(const metrics::Registry& registry, ReadyCheck ready) {
  auto metrics = [&registry](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = registry.serialize()};
  };
  auto health = [](const Request&) { return Response{.body = "ok\n"}; };
  auto readiness = [ready = std::move(ready)](const Request&) {
    const std::string missing = ready();
    if (missing.empty()) return Response{.body = "ready\n"};
    return Response{.status = 503, .body = missing + "\n"};
  };
  return {{"/metrics", metrics}, {"/healthz", health}, {"/readyz", readiness}};
}

std::vector<Route> asset_routes(std::span<const Asset> assets) {
  std::vector<Route> routes;
  for (const Asset& asset : assets) {
    auto serve = [asset](const Request&) {
      return Response{.content_type = std::string(asset.content_type),
                      .body = std::string(asset.bytes)};
    };
    routes.push_back({std::string(asset.path), serve});
    if (asset.path == "/index.html") routes.push_back({"/", serve});
  }
  return routes;
}

}  // namespace millrace::http
