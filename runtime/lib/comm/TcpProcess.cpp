//===- TcpProcess.cpp - This process as one of a job's, by TCP ------------------------===//

#include "comm/TcpProcess.h"
#include "comm/TcpMessenger.h"
#include "program/Error.h"

#include <cstring>
#include <thread>
#include <xxhash.h>

using namespace shardrt;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Rank 0 takes the first free one of so many ports: torchrun may hold the one that it names, and other jobs the next.
static constexpr int portsToTry = 16;

static Member makeMember(const Meeting &meeting, const Launch &launch) {
  XXH128_hash_t hash = XXH3_128bits(meeting.job.data(), meeting.job.size());
  Member member = {{}, static_cast<int32_t>(launch.rank), static_cast<int32_t>(launch.size)};
  memcpy(member.token.data(), &hash, member.token.size());
  return member;
}

static int lastPort(const Meeting &meeting) {
  return std::min<int>(UINT16_MAX, meeting.port + portsToTry - 1);
}

TcpProcess::TcpProcess(const Launch &launch, std::chrono::milliseconds patience)
    : index(launch.rank), count(launch.size), patience(patience) {
  Member self = makeMember(*launch.meeting, launch);
  if (index == 0)
    gatherOthers(*launch.meeting, self);
  else
    findFirst(*launch.meeting, self);
}

void TcpProcess::gatherOthers(const Meeting &meeting, const Member &self) {
  Socket listener;
  int port = meeting.port;
  for (; !listener && port <= lastPort(meeting); ++port)
    listener = listenAt(static_cast<uint16_t>(port));
  if (!listener)
    fail(Exit::PeerLost, "rank 0 finds no free port for the other ranks among {} to {}: set MASTER_PORT to another",
         meeting.port, lastPort(meeting));
  place = fmt::format("{} port {}", meeting.host, port - 1);
  int64_t strangers = 0;
  star = admitRanks(listener, self, 1, Clock::now() + patience, strangers);
  std::vector<int64_t> missing;
  for (size_t i = 0; i < star.size(); ++i)
    if (!star[i])
      missing.push_back(static_cast<int64_t>(i) + 1);
  if (!missing.empty())
    fail(Exit::PeerLost, "{} {} not come to {} within {:g} s{}",
         fmt::format("{} {}", missing.size() == 1 ? "rank" : "ranks", fmt::join(missing, ", ")),
         missing.size() == 1 ? "has" : "have", place, std::chrono::duration<double>(patience).count(),
         strangers ? fmt::format(", and {} other processes were turned away", strangers) : "");
}

void TcpProcess::findFirst(const Meeting &meeting, const Member &self) {
  std::string reason, noAddress;
  star.resize(1);
  for (Clock::time_point end = Clock::now() + patience; !star[0] && Clock::now() < end;
       std::this_thread::sleep_for(20ms))
    for (const Address &address : resolve(meeting.host, noAddress))
      for (int port = meeting.port; port <= lastPort(meeting) && !star[0]; ++port)
        if ((star[0] = callRank(0, address, static_cast<uint16_t>(port), self, reason)))
          place = fmt::format("{} port {}", meeting.host, port);
  if (star[0])
    return;
  if (reason.empty())
    reason = noAddress.empty() ? "nobody listens there" : noAddress;
  fail(Exit::PeerLost, "rank {} has not found rank 0 within {:g} s at {}, ports {} to {}: {}", index,
       std::chrono::duration<double>(patience).count(), meeting.host, meeting.port, lastPort(meeting), reason);
}

void TcpProcess::lose(size_t connection) const {
  fail(Exit::PeerLost, "rank {} has gone before the first step", index == 0 ? connection + 1 : 0);
}

void TcpProcess::send(size_t connection, const void *data, size_t bytes) {
  if (!sendAll(star[connection], data, bytes, forever))
    lose(connection);
}

void TcpProcess::receive(size_t connection, void *data, size_t bytes) {
  if (!receiveAll(star[connection], data, bytes, forever))
    lose(connection);
}

void TcpProcess::broadcast(void *data, size_t bytes) {
  if (index != 0)
    return receive(0, data, bytes);
  for (size_t i = 0; i < star.size(); ++i)
    send(i, data, bytes);
}

void TcpProcess::allGather(const void *mine, size_t bytes, void *all) {
  auto *to = static_cast<char *>(all);
  memcpy(to + static_cast<size_t>(index) * bytes, mine, bytes);
  if (index != 0)
    send(0, mine, bytes);
  else
    for (size_t i = 0; i < star.size(); ++i)
      receive(i, to + (i + 1) * bytes, bytes);
  broadcast(all, bytes * static_cast<size_t>(count));
}

std::string TcpProcess::describe() const {
  return "TCP by " + place;
}

std::unique_ptr<Messenger> TcpProcess::connect(int64_t) {
  return std::make_unique<TcpMessenger>(*this, patience);
}

/// Nobody leaves while another may still ask.
void TcpProcess::finish() {
  char mine = 0;
  std::vector<char> all(static_cast<size_t>(count));
  allGather(&mine, 1, all.data());
}
