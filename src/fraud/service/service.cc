#include "fraud/service/service.h"

#include <vector>

#include "fraud/kafka/topics.h"

namespace millrace::fraud {
namespace {

Result<void> create_topics(const ServiceConfig& config) {
  MR_TRY(auto admin, Admin::open({.bootstrap = config.brokers,
                                  .client_id = "millrace-fraud",
                                  .timeout = config.connect_timeout,
                                  .props = config.props,
                                  .logger = {}}));
  MR_TRY(admin.connect());
  std::vector<TopicSpec> topics = {{config.transactions, config.transaction_partitions},
                                   {config.alerts, config.alert_partitions},
                                   {config.transaction_dead_letters(), 1}};
  if (config.webhook) topics.push_back({config.alert_dead_letters(), 1});
  return ensure_topics(admin, topics);
}

}  // namespace

Result<std::unique_ptr<Service>> Service::open(ServiceConfig config, const Clock& clock,
                                               metrics::Registry& registry, Logger log,
                                               Pipeline::OnAlert on_alert) {
  MR_TRY(create_topics(config));
  std::unique_ptr<Service> service(new Service(std::move(config), log));
  const ServiceConfig& with = service->config_;
  MR_TRY(service->source_, TransactionTopic::open({.brokers = with.brokers,
                                                   .topic = with.transactions,
                                                   .group = with.group,
                                                   .instance = with.instance,
                                                   .from = with.from,
                                                   .props = with.props},
                                                  log));
  MR_TRY(service->alerts_, AlertTopic::open({.brokers = with.brokers,
                                             .topic = with.alerts,
                                             .dead_letter_topic = with.transaction_dead_letters(),
                                             .horizon = with.pipeline.detector.dedup.horizon,
                                             .props = with.props},
                                            clock, log));
  if (with.webhook) {
    const WebhookConfig webhook{.url = with.webhook->url,
                                .brokers = with.brokers,
                                .topic = with.alerts,
                                .dead_letter_topic = with.alert_dead_letters(),
                                .group = with.group + "-webhook",
                                .instance = with.instance,
                                .retry = with.webhook->retry,
                                .props = with.props};
    MR_TRY(service->webhook_,
           WebhookSink::open(webhook, with.webhook->secret, clock, registry, log));
  }
  service->lag_gauge_ =
      &registry.gauge("millrace_fraud_lag_records", "Transactions that wait to be judged.");
  service->pipeline_ =
      std::make_unique<Pipeline>(with.pipeline, *service->source_, *service->alerts_, clock,
                                 registry, log, std::move(on_alert));
  return service;
}

Service::~Service() = default;

Result<void> Service::run(const std::stop_token& stop, const std::function<bool()>& turn) {
  std::jthread webhook_thread;
  if (webhook_) {
    webhook_thread = std::jthread([this](const std::stop_token& done) {
      const auto outcome = webhook_->run(done);
      if (!outcome) log_.error("the webhook stops", kv("error", outcome.error().message()));
    });
  }
  while (!stop.stop_requested()) {
    MR_TRY(pipeline_->step());
    ready_ = pipeline_->assigned();
    lag_gauge_->set(static_cast<double>(source_->lag()));
    if (!turn()) break;
  }
  return pipeline_->commit();
}

}  // namespace millrace::fraud
