//===- Doorway.cpp - Processes that find one another by TCP ---------------------===//

#include "comm/Doorway.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <sys/socket.h>

using namespace shardrt;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

static constexpr auto connectPatience = 2s, answerPatience = 5s;

namespace {

/// Changes with the form of the messages.
constexpr char magic[8] = {'s', 'h', 'a', 'r', 'd', 'r', 't', '1'};

struct Hello {
  char magic[8];
  Member member;
  int32_t wanted;
};

struct Answer {
  char magic[8];
  int32_t isWelcome;
  char reason[244]; ///< why not; ends with a zero
};

/// A connection that has not said who it is, as far as it has.
struct Visitor {
  Socket connection;
  Clock::time_point since;
  char bytes[sizeof(Hello)] = {};
  size_t count = 0;

  enum State { Waiting, HasSpoken, Gone };
  State listen() {
    ssize_t got = recv(connection.get(), bytes + count, sizeof bytes - count, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR) || Clock::now() - since > answerPatience)
      return Gone;
    count += static_cast<size_t>(std::max<ssize_t>(got, 0));
    return count == sizeof bytes ? HasSpoken : Waiting;
  }
};

bool isMagic(const char *bytes) {
  return memcmp(bytes, magic, sizeof magic) == 0;
}

/// Returns whether the other end of a connection has closed it.
bool hasEnded(const Socket &connection) {
  char byte;
  return recv(connection.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

} // namespace

/// Returns why a caller is not let in; empty where it is.
static std::string refuse(const Hello &hello, const Member &self, int64_t first, const std::vector<Socket> &ranks) {
  const Member &caller = hello.member;
  if (caller.token != self.token)
    return "it belongs to another job";
  if (caller.size != self.size)
    return fmt::format("it is one of {} processes, and the caller one of {}", self.size, caller.size);
  if (hello.wanted != self.rank)
    return fmt::format("it is rank {}", self.rank);
  if (caller.rank < first || caller.rank >= self.size)
    return fmt::format("it expects ranks {} to {}, and the caller is rank {}", first, self.size - 1, caller.rank);
  const Socket &earlier = ranks[static_cast<size_t>(caller.rank - first)];
  if (earlier && !hasEnded(earlier))
    return fmt::format("another process has come as rank {} already", caller.rank);
  return "";
}

std::vector<Socket> shardrt::admitRanks(const Socket &listener, const Member &self, int64_t first, Deadline deadline,
                                        int64_t &strangers) {
  std::vector<Socket> ranks(static_cast<size_t>(self.size - first));
  std::vector<Visitor> visitors;
  auto hasCome = [](const Socket &rank) { return bool(rank); };
  while (!std::all_of(ranks.begin(), ranks.end(), hasCome) && Clock::now() < deadline) {
    if (Socket connection = acceptFrom(listener, 10ms)) {
      prepare(connection);
      visitors.push_back({std::move(connection), Clock::now()});
    }
    std::erase_if(visitors, [&](Visitor &visitor) {
      Visitor::State state = visitor.listen();
      if (state != Visitor::HasSpoken)
        return state == Visitor::Gone;
      Hello hello;
      memcpy(&hello, visitor.bytes, sizeof hello);
      Answer answer = {};
      memcpy(answer.magic, magic, sizeof magic);
      std::string reason = isMagic(hello.magic) ? refuse(hello, self, first, ranks) : "?";
      answer.isWelcome = reason.empty();
      strncpy(answer.reason, reason.c_str(), sizeof answer.reason - 1);
      strangers += !reason.empty();
      if (isMagic(hello.magic) && sendAll(visitor.connection, &answer, sizeof answer, answerPatience) && reason.empty())
        ranks[static_cast<size_t>(hello.member.rank - first)] = std::move(visitor.connection);
      return true;
    });
  }
  return ranks;
}

Socket shardrt::callRank(int64_t wanted, const Address &address, uint16_t port, const Member &self,
                         std::string &reason) {
  Socket connection = connectTo(address, port, connectPatience);
  if (!connection)
    return Socket();
  prepare(connection);
  Hello hello = {{}, self, static_cast<int32_t>(wanted)};
  memcpy(hello.magic, magic, sizeof magic);
  Answer answer = {};
  bool isAnswered = sendAll(connection, &hello, sizeof hello, answerPatience) &&
                    receiveAll(connection, &answer, sizeof answer, answerPatience) && isMagic(answer.magic);
  if (isAnswered && answer.isWelcome)
    return connection;
  answer.reason[sizeof answer.reason - 1] = '\0';
  reason =
      fmt::format("port {} of {} is {}", port, address.describe(),
                  isAnswered ? fmt::format("a process of shard-run that does not let this one in: {}", answer.reason)
                             : "no process of shard-run");
  return Socket();
}
