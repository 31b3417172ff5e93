#include "tests/system/faults/ask/redis_worker_link.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "tests/support/harness/redis.hpp"
#include "tests/system/faults/ask/pieces.hpp"

namespace e2e::faults {
namespace {

using Words = std::vector<std::string>;

constexpr auto* group = "workers";
// A question whose worker gives no sign of life for so long is taken over.
const std::string idle_ms = std::to_string(300 * patience);

// Replies of any shape as JSON. Lua makes an empty list an object, and nothing `false`.
boost::json::value call(RedisClient& client, const Words& words) {
  Words script{"EVAL", "return cjson.encode(redis.call(unpack(ARGV)))", "0"};
  script.insert(script.end(), words.begin(), words.end());
  return boost::json::parse(client.command(script).value_or("false"));
}

std::string text_of(const boost::json::value& value) { return std::string(value.as_string()); }

std::string field(const boost::json::array& fields, std::string_view name) {
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    if (text_of(fields[i]) == name) return text_of(fields[i + 1]);
  return "";
}

QuestionRecord question_of(const boost::json::value& entry) {
  const auto& fields = entry.at(1).as_array();
  return {text_of(entry.at(0)), field(fields, "event"), field(fields, "request"),
          field(fields, "reply_to"), field(fields, "data")};
}

class RedisWorkerLink final : public WorkerLink {
 public:
  RedisWorkerLink(const Address& server, std::string questions, std::string worker)
      : client_(server), questions_(std::move(questions)), worker_(std::move(worker)) {
    try {
      client_.command({"XGROUP", "CREATE", questions_, group, "0", "MKSTREAM"});
    } catch (const std::runtime_error& error) {
      if (std::string_view(error.what()).find("BUSYGROUP") == std::string_view::npos) throw;
    }
  }

  std::optional<QuestionRecord> take() override {
    const auto taken =
        call(client_, {"XAUTOCLAIM", questions_, group, worker_, idle_ms, "0-0", "COUNT", "1"});
    if (const auto* entries = taken.at(1).if_array(); entries != nullptr && !entries->empty())
      return question_of(entries->front());
    const auto read = call(
        client_, {"XREADGROUP", "GROUP", group, worker_, "COUNT", "1", "STREAMS", questions_, ">"});
    if (!read.is_array()) return std::nullopt;
    return question_of(read.at(0).at(1).at(0));
  }

  Written written(const QuestionRecord& question) override {
    const auto newest = call(client_, {"XREVRANGE", question.reply_to, "+", "-", "COUNT", "1"});
    if (!newest.is_array()) return {};
    const auto id = text_of(newest.at(0).at(0));
    return {std::stoi(id.substr(id.find('-') + 1)),
            is_end(field(newest.at(0).at(1).as_array(), "event"))};
  }

  bool write(const QuestionRecord& question, int number, const std::string& event,
             const std::string& data) override {
    try {
      client_.command(
          {"XADD", question.reply_to, "1-" + std::to_string(number), "event", event, "data", data});
      return true;
    } catch (const std::runtime_error& error) {
      if (std::string_view(error.what()).find("equal or smaller") == std::string_view::npos) throw;
      return false;
    }
  }

  void sign_of_life(const QuestionRecord& question) override {
    call(client_, {"XCLAIM", questions_, group, worker_, "0", question.entry, "JUSTID"});
  }
  void note_cancel(const QuestionRecord& cancel) override {
    client_.command({"SET", mark_of(cancel), "1"});
  }
  bool is_cancelled(const QuestionRecord& question) override {
    return client_.command({"EXISTS", mark_of(question)}) == "1";
  }
  void finish(const QuestionRecord& record) override {
    client_.command({"XACK", questions_, group, record.entry});
  }

 private:
  std::string mark_of(const QuestionRecord& record) const {
    return questions_ + ":cancelled:" + record.request;
  }

  RedisClient client_;
  const std::string questions_, worker_;
};

}  // namespace

std::unique_ptr<WorkerLink> make_redis_worker_link(const Address& server,
                                                   const std::string& questions,
                                                   const std::string& worker) {
  return std::make_unique<RedisWorkerLink>(server, questions, worker);
}

std::vector<QuestionRecord> read_redis_questions(const Address& server,
                                                 const std::string& questions) {
  RedisClient client(server);
  std::vector<QuestionRecord> all;
  const auto entries = call(client, {"XRANGE", questions, "-", "+"});
  if (!entries.is_array()) return all;
  for (const auto& entry : entries.as_array()) all.push_back(question_of(entry));
  return all;
}

}  // namespace e2e::faults
