//===- ControlLink.cpp - One connection of the control channel ----------------===//
//
// Rank 0 listens at a port of all its interfaces and tells the others, through the bootstrap, its addresses, the port
// and a random cookie. The others try the addresses in turn: who answers with the cookie is rank 0.
//
//===------------------------------------------------------------------------===//

#include "comm/ControlLink.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace shardrt;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

static constexpr auto connectPatience = 20s, addressPatience = 2s, welcomePatience = 5s;

ControlLink::ControlLink(Socket socket, const Cookie &cookie, int64_t self)
    : connection(std::move(socket)), cookie(cookie), self(self), open(true) {
  prepare(connection);
  in.reserve(8 * sizeof(ControlMessage)); // more than waits at any time: nothing is allocated in steps
  out.reserve(8 * sizeof(ControlMessage));
}

void ControlLink::end(const std::string &why) {
  if (open)
    reason = why;
  open = false;
  out.clear();
}

void ControlLink::send(ControlKind kind, const ProgressSnapshot &progress) {
  ControlMessage message{cookie, kind, static_cast<int32_t>(self), 0, {}, {}};
  message.progress = progress;
  send(message);
}

void ControlLink::sendFailure(const Error &error) {
  ControlMessage message{cookie, ControlKind::Failure, static_cast<int32_t>(self), static_cast<int64_t>(error.exit), {},
                         {}};
  strncpy(message.text, error.what(), sizeof message.text - 1);
  send(message);
}

void ControlLink::send(const ControlMessage &message) {
  if (!open)
    return;
  out.append(reinterpret_cast<const char *>(&message), sizeof message);
  flush();
}

void ControlLink::flush() {
  while (open && !out.empty()) {
    ssize_t sent = ::send(connection.get(), out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
      out.erase(0, static_cast<size_t>(sent));
    else if (errno == EAGAIN)
      return;
    else if (errno != EINTR) // what has come before is still read; then the connection ends
      out.clear();
  }
}

void ControlLink::finish() {
  flush();
  if (open && out.empty() && !finished)
    finished = shutdown(connection.get(), SHUT_WR) == 0;
}

void ControlLink::readAll() {
  char buffer[4 * sizeof(ControlMessage)];
  while (open && in.size() < sizeof(ControlMessage)) {
    ssize_t got = recv(connection.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0)
      in.append(buffer, static_cast<size_t>(got));
    else if (got == 0 || errno == ECONNRESET || errno == EPIPE)
      end("");
    else if (errno == EAGAIN)
      return;
    else if (errno != EINTR)
      end(strerror(errno));
  }
}

std::optional<ControlMessage> ControlLink::receive() {
  readAll();
  if (in.size() < sizeof(ControlMessage))
    return std::nullopt;
  ControlMessage message;
  memcpy(static_cast<void *>(&message), in.data(), sizeof message);
  in.erase(0, sizeof message);
  if (message.cookie != cookie) {
    end("it sent what is no message of this job");
    in.clear();
    return std::nullopt;
  }
  message.text[sizeof message.text - 1] = '\0';
  return message;
}

Identity Identity::ofThisProcess() {
  Identity identity = {};
  if (gethostname(identity.host, sizeof identity.host - 1) != 0)
    strcpy(identity.host, "?");
  identity.pid = getpid();
  return identity;
}

std::string Identity::describe(int64_t rank) const {
  return fmt::format("rank {} (host {}, pid {})", rank, host, pid);
}

namespace {
/// What rank 0 tells the others.
struct Invitation {
  Cookie cookie;
  int32_t port;
  int32_t count;
  Address addresses[32];
};
} // namespace

static Socket invite(Invitation &invitation) {
  if (getrandom(invitation.cookie.data(), invitation.cookie.size(), 0) !=
      static_cast<ssize_t>(invitation.cookie.size()))
    fail(Exit::PeerLost, "rank 0 finds no random numbers for the cookie of its connections: {}", strerror(errno));
  uint16_t port = 0;
  Socket listener = listenAnywhere(port);
  std::vector<Address> addresses = localAddresses();
  addresses.resize(std::min(addresses.size(), std::size(invitation.addresses)));
  std::copy(addresses.begin(), addresses.end(), invitation.addresses);
  invitation.port = port;
  invitation.count = static_cast<int32_t>(addresses.size());
  return listener;
}

static void requireAll(const ControlStar &star) {
  std::vector<std::string> missing;
  for (size_t i = 0; i < star.links.size(); ++i)
    if (!star.links[i].isOpen())
      missing.push_back(star.names[i + 1]);
  if (!missing.empty())
    fail(Exit::PeerLost, "{} {} not connected to rank 0 within {} s", fmt::join(missing, ", "),
         missing.size() == 1 ? "has" : "have", connectPatience / 1s);
}

/// Takes the place of the rank that a connection says hello for; whoever says anything else is left out.
static bool admit(ControlLink &link, ControlStar &star) {
  std::optional<ControlMessage> hello = link.receive();
  if (!hello)
    return !link.isOpen();
  if (hello->kind == ControlKind::Hello && hello->rank >= 1 && static_cast<size_t>(hello->rank) <= star.links.size()) {
    link.send(ControlKind::Welcome);
    star.links[static_cast<size_t>(hello->rank) - 1] = std::move(link);
  }
  return true;
}

static void acceptAll(const Socket &listener, const Cookie &cookie, ControlStar &star) {
  std::vector<ControlLink> pending;
  auto isOpen = [](const ControlLink &link) { return link.isOpen(); };
  for (auto start = Clock::now(); Clock::now() - start < connectPatience;) {
    if (std::all_of(star.links.begin(), star.links.end(), isOpen))
      return;
    if (Socket connection = acceptFrom(listener, 10ms))
      pending.emplace_back(std::move(connection), cookie, 0);
    std::erase_if(pending, [&](ControlLink &link) { return admit(link, star); });
  }
  requireAll(star);
}

/// Returns the link to rank 0 through one of its addresses, closed where nobody there knows the cookie.
static ControlLink knock(const Address &address, const Invitation &invitation, int64_t rank) {
  Socket connection = connectTo(address, static_cast<uint16_t>(invitation.port), addressPatience);
  if (!connection)
    return {};
  ControlLink link(std::move(connection), invitation.cookie, rank);
  link.send(ControlKind::Hello);
  for (auto start = Clock::now(); link.isOpen() && Clock::now() - start < welcomePatience;) {
    waitReadable(link.getSocket(), 100ms);
    if (std::optional<ControlMessage> answer = link.receive(); answer && answer->kind == ControlKind::Welcome)
      return link;
  }
  return {};
}

static ControlLink findHub(const Invitation &invitation, int64_t rank, const std::string &hub) {
  auto count = static_cast<size_t>(std::clamp<int32_t>(invitation.count, 0, std::size(invitation.addresses)));
  for (auto start = Clock::now(); Clock::now() - start < connectPatience;)
    for (size_t i = 0; i < count; ++i)
      if (ControlLink link = knock(invitation.addresses[i], invitation, rank); link.isOpen())
        return link;
  std::vector<std::string> tried;
  for (size_t i = 0; i < count; ++i)
    tried.push_back(invitation.addresses[i].describe());
  fail(Exit::PeerLost,
       "rank {} does not reach {} at port {} of {}: ranks must be able to connect to one another by TCP", rank, hub,
       invitation.port, fmt::join(tried, ", "));
}

ControlStar shardrt::connectStar(Bootstrap &bootstrap) {
  ControlStar star;
  Identity mine = Identity::ofThisProcess();
  std::vector<Identity> all(static_cast<size_t>(bootstrap.size()));
  bootstrap.allGather(&mine, sizeof mine, all.data());
  for (size_t rank = 0; rank < all.size(); ++rank)
    star.names.push_back(all[rank].describe(static_cast<int64_t>(rank)));
  Invitation invitation = {};
  Socket listener = bootstrap.rank() == 0 ? invite(invitation) : Socket();
  bootstrap.broadcast(&invitation, sizeof invitation);
  if (bootstrap.rank() == 0) {
    star.links.resize(all.size() - 1);
    acceptAll(listener, invitation.cookie, star);
  } else {
    star.links.push_back(findHub(invitation, bootstrap.rank(), star.names[0]));
  }
  return star;
}
