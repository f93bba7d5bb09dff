#pragma once

#include "wire/api/api_versions.h"
#include "wire/api/fetch.h"
#include "wire/api/find_coordinator.h"
#include "wire/api/list_offsets.h"
#include "wire/api/metadata.h"
#include "wire/api/produce.h"

namespace millrace::wire {

/// A list of types, to be expanded.
template <class... M>
struct Messages {};

/// Every request and response described in api/, for tests and tools that go through all of them.
/// Handlers include the one file they need.
using DataMessages =
    Messages<ApiVersionsRequest, ApiVersionsResponse, MetadataRequest, MetadataResponse,
             ProduceRequest, ProduceResponse, FetchRequest, FetchResponse, ListOffsetsRequest,
             ListOffsetsResponse, FindCoordinatorRequest, FindCoordinatorResponse>;

}  // namespace millrace::wire
