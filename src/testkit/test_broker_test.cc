#include "testkit/test_broker.h"

#include <gtest/gtest.h>

namespace millrace::testing {
namespace {

TEST(TestBroker, keeps_its_port_and_its_cluster_id_over_a_restart) {
  auto broker = TestBroker::start();
  ASSERT_TRUE(broker) << broker.error().message();
  auto port = (*broker)->port();
  auto cluster = (*broker)->broker().directory().identity().cluster_id;

  ASSERT_TRUE((*broker)->restart());

  EXPECT_EQ((*broker)->port(), port);
  EXPECT_EQ((*broker)->broker().directory().identity().cluster_id, cluster);
  EXPECT_TRUE((*broker)->broker().directory().was_clean());
}

TEST(TestBroker, recovers_after_a_kill) {
  auto broker = TestBroker::start();
  ASSERT_TRUE(broker) << broker.error().message();

  (*broker)->kill();
  auto again = (*broker)->start_again();

  ASSERT_TRUE(again) << again.error().message();
  EXPECT_FALSE((*broker)->broker().directory().was_clean());
}

}  // namespace
}  // namespace millrace::testing
