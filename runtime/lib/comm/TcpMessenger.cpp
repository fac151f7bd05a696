//===- TcpMessenger.cpp - Messages by TCP -------------------------------------------===//

#include "comm/TcpMessenger.h"
#include "comm/Doorway.h"
#include "program/Error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <sys/socket.h>

using namespace shardrt;
using Clock = std::chrono::steady_clock;

/// How long complete() waits before it looks whether it is to give up.
static constexpr int lookMilliseconds = 20;

namespace {

/// Where a process listens.
struct Home {
  int32_t port, count;
  Address addresses[16];
};

} // namespace

static Home describeHome(uint16_t port) {
  Home home = {port, 0, {}};
  for (const Address &address : localAddresses())
    if (static_cast<size_t>(home.count) < std::size(home.addresses))
      home.addresses[home.count++] = address;
  return home;
}

static Token makeToken(Bootstrap &bootstrap) {
  Token token = {};
  if (bootstrap.rank() == 0 && getrandom(token.data(), token.size(), 0) != static_cast<ssize_t>(token.size()))
    fail(Exit::PeerLost, "rank 0 finds no random numbers for the ranks' connections: {}", strerror(errno));
  bootstrap.broadcast(token.data(), token.size());
  return token;
}

static Socket reach(int64_t rank, const Home &home, const Member &self, Deadline deadline) {
  std::string reason;
  while (Clock::now() < deadline)
    for (int32_t i = 0; i < std::min<int32_t>(home.count, std::size(home.addresses)); ++i)
      if (Socket connection = callRank(rank, home.addresses[i], static_cast<uint16_t>(home.port), self, reason))
        return connection;
  fail(Exit::PeerLost,
       "rank {} does not reach rank {} at port {} of any of its addresses{}{}: ranks must be able to connect to one "
       "another by "
       "TCP",
       self.rank, rank, home.port, reason.empty() ? "" : ", ", reason);
}

/// A rank calls those below it, which let it in when they have called those below them.
TcpMessenger::TcpMessenger(Bootstrap &bootstrap, std::chrono::milliseconds patience)
    : peers(static_cast<size_t>(bootstrap.size())) {
  Member self = {makeToken(bootstrap), static_cast<int32_t>(bootstrap.rank()), static_cast<int32_t>(bootstrap.size())};
  uint16_t port = 0;
  Socket listener = listenAnywhere(port);
  Home mine = describeHome(port);
  std::vector<Home> homes(peers.size());
  bootstrap.allGather(&mine, sizeof mine, homes.data());
  Deadline deadline = Clock::now() + patience;
  for (int64_t rank = 0; rank < self.rank; ++rank)
    peers[static_cast<size_t>(rank)].connection = reach(rank, homes[static_cast<size_t>(rank)], self, deadline);
  int64_t strangers = 0, next = self.rank + 1;
  for (Socket &connection : admitRanks(listener, self, next, deadline, strangers)) {
    if (!connection)
      fail(Exit::PeerLost, "rank {} has not connected to rank {}: ranks must be able to connect to one another by TCP",
           next, self.rank);
    peers[static_cast<size_t>(next++)].connection = std::move(connection);
  }
  polled.reserve(peers.size());
}

void TcpMessenger::receive(int64_t rank, void *data, int64_t bytes) {
  Peer &peer = peers[static_cast<size_t>(rank)];
  peer.receiving = static_cast<char *>(data);
  peer.bytesToReceive = bytes;
}

void TcpMessenger::send(int64_t rank, const void *data, int64_t bytes) {
  Peer &peer = peers[static_cast<size_t>(rank)];
  peer.sending = static_cast<const char *>(data);
  peer.bytesToSend = bytes;
}

/// Moves what a connection takes and has; returns false where it has ended.
bool TcpMessenger::move(size_t rank) {
  Peer &peer = peers[rank];
  auto step = [&](ssize_t moved, auto &data, int64_t &left) {
    if (moved == 0 || (moved < 0 && errno != EAGAIN && errno != EINTR)) {
      failure =
          fmt::format("the connection to rank {} has ended{}{}", rank, moved ? ": " : "", moved ? strerror(errno) : "");
      abort();
      return false;
    }
    data += std::max<ssize_t>(moved, 0);
    left -= std::max<ssize_t>(moved, 0);
    return moved > 0;
  };
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  while (peer.bytesToSend > 0 &&
         step(::send(peer.connection.get(), peer.sending, static_cast<size_t>(peer.bytesToSend), flags), peer.sending,
              peer.bytesToSend))
    ;
  while (peer.bytesToReceive > 0 &&
         step(recv(peer.connection.get(), peer.receiving, static_cast<size_t>(peer.bytesToReceive), flags),
              peer.receiving, peer.bytesToReceive))
    ;
  return !aborted.load(std::memory_order_relaxed);
}

/// Returns whether messages are under way, after one of them may have come further.
bool TcpMessenger::waitForPeers() {
  polled.clear();
  for (const Peer &peer : peers)
    if (peer.bytesToSend > 0 || peer.bytesToReceive > 0)
      polled.push_back(
          {peer.connection.get(),
           static_cast<short>((peer.bytesToSend > 0 ? POLLOUT : 0) | (peer.bytesToReceive > 0 ? POLLIN : 0)), 0});
  if (!polled.empty())
    poll(polled.data(), polled.size(), lookMilliseconds);
  return !polled.empty();
}

bool TcpMessenger::complete() {
  bool isUnderWay = true;
  while (isUnderWay && !aborted.load(std::memory_order_relaxed)) {
    for (size_t rank = 0; rank < peers.size(); ++rank)
      if (!move(rank))
        break;
    isUnderWay = waitForPeers();
  }
  if (!aborted.load(std::memory_order_relaxed))
    return true;
  for (Peer &peer : peers)
    peer.bytesToSend = peer.bytesToReceive = 0;
  return false;
}
