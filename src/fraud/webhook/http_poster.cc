#include "fraud/webhook/http_poster.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <map>

namespace millrace::fraud {
namespace {

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct MultiCleanup {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct Request {
  uint64_t tag = 0;
  std::string body;
  std::unique_ptr<curl_slist, ListCleanup> headers;
  std::unique_ptr<CURL, EasyCleanup> easy;
  size_t answered_bytes = 0;
};

size_t discard(const char*, size_t size, size_t count, void* request) {
  constexpr size_t longest_answer = 64 << 10;
  size_t& all = static_cast<Request*>(request)->answered_bytes;
  all += size * count;
  return all > longest_answer ? 0 : size * count;
}

Result<void> check_url(const std::string& url) {
  CURLU* parts = curl_url();
  const auto code = curl_url_set(parts, CURLUPART_URL, url.c_str(), 0);
  char* scheme = nullptr;
  const bool parsed = code == CURLUE_OK && curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == 0;
  const std::string_view name = parsed ? scheme : "";
  const bool ours = name == "http" || name == "https";
  curl_free(scheme);
  curl_url_cleanup(parts);
  if (ours) return {};
  return fail(Errc::invalid_argument, "a webhook needs an http or https URL");
}

}  // namespace

struct HttpPoster::Impl {
  std::string url;
  Milliseconds timeout;
  std::unique_ptr<CURLM, MultiCleanup> multi{curl_multi_init()};
  std::map<CURL*, std::unique_ptr<Request>> under_way;

  ~Impl() {
    for (const auto& [easy, request] : under_way) curl_multi_remove_handle(multi.get(), easy);
  }

  Answer finish(CURL* easy, CURLcode result) {
    const auto found = under_way.find(easy);
    Answer answer{.tag = found->second->tag};
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
    answer.status = static_cast<int>(status);
    // A receiver that answered and then broke off, or went on and on, has answered.
    if (result != CURLE_OK && status == 0) answer.problem = curl_easy_strerror(result);
    if (retry_after > 0) answer.retry_after = std::chrono::seconds(retry_after);
    curl_multi_remove_handle(multi.get(), easy);
    under_way.erase(found);
    return answer;
  }
};

Result<std::unique_ptr<HttpPoster>> HttpPoster::open(std::string url, Milliseconds timeout) {
  MR_TRY(check_url(url));
  auto impl = std::make_unique<Impl>();
  impl->url = std::move(url);
  impl->timeout = timeout;
  return std::unique_ptr<HttpPoster>(new HttpPoster(std::move(impl)));
}

HttpPoster::HttpPoster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpPoster::~HttpPoster() = default;

void HttpPoster::start(uint64_t tag, const std::string& body, const Headers& headers) {
  auto request = std::make_unique<Request>();
  request->tag = tag;
  request->body = body;
  for (const auto& [name, value] : headers) {
    curl_slist* longer =
        curl_slist_append(request->headers.get(), fmt::format("{}: {}", name, value).c_str());
    (void)request->headers.release();
    request->headers.reset(longer);
  }
  request->easy.reset(curl_easy_init());
  CURL* easy = request->easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, impl_->url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(impl_->timeout.count()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "millrace");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers.get());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &discard);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, request.get());
  curl_multi_add_handle(impl_->multi.get(), easy);
  impl_->under_way.emplace(easy, std::move(request));
}

std::vector<HttpPoster::Answer> HttpPoster::run(Milliseconds wait) {
  int running = 0;
  curl_multi_perform(impl_->multi.get(), &running);
  curl_multi_poll(impl_->multi.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
  curl_multi_perform(impl_->multi.get(), &running);
  std::vector<Answer> answers;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(impl_->multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    answers.push_back(impl_->finish(message->easy_handle, message->data.result));
  }
  return answers;
}

}  // namespace millrace::fraud
