#pragma once

#include <vector>

#include "base/metrics.h"

namespace millrace::broker {

class Broker;

/// What a scrape shows of topics and groups: ours and, beside them, kafka_exporter's names, so that
/// its dashboards work. From the copies that the shards publish once a second. Thread-safe.
void collect_metrics(Broker& broker, std::vector<metrics::Sample>& out);

}  // namespace millrace::broker
