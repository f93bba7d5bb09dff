#include "http/event_hub.h"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

TEST(EventHub, gives_every_reader_all_events_in_order) {
  EventHub hub(7);
  hub.publish("stats", "1");
  hub.publish("alert", "2");

  EventHub::Cursor first = hub.cursor_after("");
  EventHub::Cursor second = hub.cursor_after("");

  const std::string both = "id: 7-0\nevent: stats\ndata: 1\n\nid: 7-1\nevent: alert\ndata: 2\n\n";
  EXPECT_EQ(hub.read(first), both);
  EXPECT_EQ(hub.read(second), both);
  EXPECT_EQ(hub.read(first), "");
}

TEST(EventHub, continues_after_the_last_event_a_reader_has_seen) {
  EventHub hub(7);
  for (const char* data : {"1", "2", "3"}) hub.publish("alert", data);

  EventHub::Cursor back_again = hub.cursor_after("7-1");

  EXPECT_EQ(hub.read(back_again), "id: 7-2\nevent: alert\ndata: 3\n\n");
}

TEST(EventHub, starts_over_for_an_id_of_another_run_or_from_the_future_or_of_no_sense) {
  EventHub hub(7);
  hub.publish("alert", "1");

  for (const char* id : {"6-0", "7-5", "7--1", "x", "7-", "-", "7-0-1"}) {
    EXPECT_EQ(hub.cursor_after(id), 0U) << id;
  }
}

TEST(EventHub, drops_the_oldest_for_a_reader_that_is_slower_than_the_ring) {
  EventHub hub(7, {.max_events = 2});
  EventHub::Cursor slow = hub.cursor_after("");

  for (const char* data : {"1", "2", "3"}) hub.publish("alert", data);

  EXPECT_EQ(hub.read(slow), "id: 7-1\nevent: alert\ndata: 2\n\nid: 7-2\nevent: alert\ndata: 3\n\n");
}

TEST(EventHub, keeps_no_more_bytes_than_its_limit_and_at_least_the_newest_event) {
  EventHub hub(7, {.max_bytes = 64});
  hub.publish("alert", std::string(40, 'a'));
  hub.publish("alert", std::string(500, 'b'));

  EventHub::Cursor reader = hub.cursor_after("");

  EXPECT_EQ(hub.read(reader), "id: 7-1\nevent: alert\ndata: " + std::string(500, 'b') + "\n\n");
}

TEST(EventHub, hands_out_a_long_backlog_in_pieces) {
  EventHub hub(7, {.max_read_bytes = 59});
  for (const char* data : {"1", "2", "3"}) hub.publish("alert", data);
  EventHub::Cursor reader = hub.cursor_after("");

  std::string all;
  int pieces = 0;
  for (std::string piece = hub.read(reader); !piece.empty(); piece = hub.read(reader)) {
    all += piece;
    ++pieces;
  }

  EXPECT_EQ(pieces, 3);
  EXPECT_NE(all.find("data: 3"), std::string::npos);
}

TEST(EventHub, wakes_its_listener_after_each_event) {
  EventHub hub(7);
  int woken = 0;
  hub.on_publish([&] { ++woken; });

  hub.publish("alert", "1");
  hub.on_publish({});
  hub.publish("alert", "2");

  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace millrace::http
