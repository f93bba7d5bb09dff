#pragma once

#include <set>
#include <string>
#include <vector>

#include "groups/effects.h"
#include "groups/records.h"

namespace millrace::groups {

/// One event on its way through the coordinator: what it has led to so far.
struct Step {
  Now now;
  std::vector<Change> changes = {};
  std::vector<Reply> replies = {};
  std::set<std::string> touched = {};  ///< groups whose deadlines may have moved

  template <class Body>
  void reply(ReplyToken token, Body body) {
    replies.push_back({token, std::move(body)});
  }
};

}  // namespace millrace::groups
