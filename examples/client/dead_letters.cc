// Retries what fails, and puts aside what fails for good.  Usage: dead_letters [HOST:PORT]
#include <fmt/core.h>
#include <millrace/client.h>

using namespace std::chrono_literals;
using millrace::OnError;

struct Payment {
  std::string user;
  double amount = 0;
  std::optional<std::string> currency;
};
MILLRACE_FIELDS(Payment, user, amount, currency)

millrace::Result<void> book(const Payment& payment) {
  if (payment.amount < 0) {
    return millrace::fail(millrace::Errc::invalid_argument, "a payment must not be negative");
  }
  fmt::print("booked {} {} for {}\n", payment.amount, payment.currency.value_or("EUR"),
             payment.user);
  return {};
}

int main(int argc, char** argv) {
  auto consumer = millrace::Consumer<std::string, Payment>::open({
      .bootstrap = argc > 1 ? argv[1] : "localhost:9092",
      .topics = {"payments"},
      .group = "bookkeeping",
      .auto_offset_reset = millrace::Reset::earliest,
      .idle_timeout = 5s,
      .on_error = OnError::retry(3, 100ms).then(OnError::dead_letter("payments.dlq")),
  });
  if (!consumer) return fmt::print(stderr, "{}\n", consumer.error().message()), 1;

  auto done = consumer->process({}, [](auto& record) { return book(*record.value); });
  if (!done) return fmt::print(stderr, "{}\n", done.error().message()), 1;
  fmt::print("{} put aside\n", consumer->stats().dead_lettered);
}
