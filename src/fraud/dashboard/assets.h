#pragma once

#include <span>

#include "http/standard_routes.h"

namespace millrace::fraud {

/// The files of web/, embedded by the build.
std::span<const http::Asset> dashboard_assets();

}  // namespace millrace::fraud
