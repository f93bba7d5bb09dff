#include "client/admin_impl.h"

#include <fmt/format.h>

#include <array>

namespace millrace {

using namespace client;

namespace {

using OptionsHandle =
    std::unique_ptr<rd_kafka_AdminOptions_t, CallDestroy<rd_kafka_AdminOptions_destroy>>;

constexpr int poll_step_ms = 250;
constexpr int grace_ms = 1'000;  // librdkafka itself answers at its own timeout

}  // namespace

Admin::Impl::Impl(AdminOptions options, KafkaHandle handle)
    : options_(std::move(options)),
      handle_(std::move(handle)),
      answers_(rd_kafka_queue_new(handle_.get())),
      events_(rd_kafka_queue_get_main(handle_.get())) {}

Result<MetadataHandle> Admin::Impl::metadata(const char* topic) {
  auto only = TopicHandle(topic == nullptr ? nullptr : rd_kafka_topic_new(kafka(), topic, nullptr));
  auto deadline = clock_.mono_now() + options_.timeout;
  for (;;) {
    const rd_kafka_metadata_t* found = nullptr;
    auto error = rd_kafka_metadata(kafka(), topic == nullptr ? 1 : 0, only.get(), &found,
                                   connected_ ? timeout_ms() : poll_step_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      connected_ = true;
      return MetadataHandle(found);
    }
    if (connected_) return fail(error_of(error, "metadata"));
    if (auto refused = why_unreachable(); !refused.empty()) {
      return fail(Errc::unavailable,
                  fmt::format("no broker at {}: {}", options_.bootstrap, refused));
    }
    if (clock_.mono_now() > deadline) {
      return fail(Errc::unavailable, fmt::format("no broker at {} answers within {} ms",
                                                 options_.bootstrap, options_.timeout.count()));
    }
  }
}

Result<EventHandle> Admin::Impl::ask(rd_kafka_admin_op_t kind, std::string_view doing,
                                     const AskBroker& ask_broker) {
  if (!connected_) MR_TRY(metadata(nullptr));
  auto admin_options = OptionsHandle(rd_kafka_AdminOptions_new(kafka(), kind));
  std::array<char, 256> why{};
  auto set = rd_kafka_AdminOptions_set_request_timeout(admin_options.get(), timeout_ms(),
                                                       why.data(), why.size());
  MR_TRY(outcome_of(set, why.data(), doing));
  ask_broker(admin_options.get(), answers_.get());
  auto event = EventHandle(rd_kafka_queue_poll(answers_.get(), timeout_ms() + grace_ms));
  if (!event) return fail(Errc::timed_out, fmt::format("{}: no answer", doing));
  MR_TRY(outcome_of(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()),
                    doing));
  return event;
}

/// librdkafka's reason when it has found every broker down; empty while it still tries.
std::string Admin::Impl::why_unreachable() {
  while (auto event = EventHandle(rd_kafka_queue_poll(events_.get(), 0))) {
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_LOG) {
      forward_log(options_.logger, event.get());
      continue;
    }
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    auto code = rd_kafka_event_error(event.get());
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      return last_reason_.empty() ? "it does not answer" : last_reason_;
    }
    last_reason_ = rd_kafka_err2str(code);
    auto sentence = std::string_view(rd_kafka_event_error_string(event.get()));
    if (sentence.find("refused") != std::string_view::npos) last_reason_ = "connection refused";
  }
  return "";
}

Result<void> client::outcome_of(rd_kafka_resp_err_t error, const char* sentence,
                                std::string_view doing) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  auto text = sentence != nullptr ? sentence : rd_kafka_err2str(error);
  return fail(code_of(error), fmt::format("{}: {}", doing, text));
}

}  // namespace millrace
