//===- Socket.cpp - Connections between the processes of a job ----------------===//

#include "comm/Socket.h"
#include "program/Error.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace shardrt;
using std::chrono::milliseconds;

/// How long a connection may go unanswered before its host counts as gone. A stopped process still answers: its kernel
/// does.
static constexpr int hostGoneMilliseconds = 3500;

void Socket::reset() {
  if (fd >= 0)
    close(fd);
  fd = -1;
}

std::string Address::describe() const {
  char text[INET6_ADDRSTRLEN] = "?";
  inet_ntop(family, bytes, text, sizeof text);
  return text;
}

/// Returns the address of an interface that is up, or one of family 0 where it is of no use to others.
static Address addressOf(const ifaddrs &interface) {
  Address address;
  if (!interface.ifa_addr || !(interface.ifa_flags & IFF_UP))
    return address;
  if (interface.ifa_addr->sa_family == AF_INET) {
    address.family = AF_INET;
    memcpy(address.bytes, &reinterpret_cast<const sockaddr_in *>(interface.ifa_addr)->sin_addr, sizeof(in_addr));
  } else if (interface.ifa_addr->sa_family == AF_INET6) {
    const in6_addr &bytes = reinterpret_cast<const sockaddr_in6 *>(interface.ifa_addr)->sin6_addr;
    if (!IN6_IS_ADDR_LINKLOCAL(&bytes)) // which mean nothing without the name of an interface
      address.family = AF_INET6;
    memcpy(address.bytes, &bytes, sizeof bytes);
  }
  return address;
}

std::vector<Address> shardrt::localAddresses() {
  std::vector<Address> outside, loopback;
  ifaddrs *list = nullptr;
  if (getifaddrs(&list) != 0)
    return {};
  for (const ifaddrs *entry = list; entry; entry = entry->ifa_next)
    if (Address address = addressOf(*entry); address.family != 0)
      (entry->ifa_flags & IFF_LOOPBACK ? loopback : outside).push_back(address);
  freeifaddrs(list);
  outside.insert(outside.end(), loopback.begin(), loopback.end());
  return outside;
}

/// Fills in `storage` and returns its length; family 0 is any address of IPv6, and of IPv4 through it.
static socklen_t makeName(const Address &address, uint16_t port, sockaddr_storage &storage) {
  storage = {};
  if (address.family == AF_INET) {
    auto &name = reinterpret_cast<sockaddr_in &>(storage);
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    memcpy(&name.sin_addr, address.bytes, sizeof name.sin_addr);
    return sizeof name;
  }
  auto &name = reinterpret_cast<sockaddr_in6 &>(storage);
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  memcpy(&name.sin6_addr, address.bytes, sizeof name.sin6_addr);
  return sizeof name;
}

/// `port` 0 becomes a free one. A port that connections of an earlier job have been through is free.
static Socket listenOn(int family, uint16_t &port) {
  Socket listener(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int off = 0, on = 1;
  if (listener && family == AF_INET6)
    setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (listener && port != 0)
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage name;
  socklen_t length = makeName({family, {}}, port, name);
  if (!listener || bind(listener.get(), reinterpret_cast<sockaddr *>(&name), length) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0 ||
      getsockname(listener.get(), reinterpret_cast<sockaddr *>(&name), &length) != 0)
    return Socket();
  port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in &>(name).sin_port
                                 : reinterpret_cast<sockaddr_in6 &>(name).sin6_port);
  return listener;
}

Socket shardrt::listenAnywhere(uint16_t &port) {
  port = 0;
  Socket listener = listenOn(AF_INET6, port);
  if (!listener) // a host without IPv6
    listener = listenOn(AF_INET, port);
  if (!listener)
    fail(Exit::PeerLost, "this process cannot listen for other ranks: {}", strerror(errno));
  return listener;
}

Socket shardrt::listenAt(uint16_t port) {
  Socket listener = listenOn(AF_INET6, port);
  if (!listener && errno != EADDRINUSE)
    listener = listenOn(AF_INET, port);
  if (!listener && errno != EADDRINUSE)
    fail(Exit::PeerLost, "this process cannot listen at port {} for other ranks: {}", port, strerror(errno));
  return listener;
}

std::vector<Address> shardrt::resolve(const std::string &host, std::string &reason) {
  addrinfo hints = {}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int error = getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    reason = gai_strerror(error);
    return {};
  }
  std::vector<Address> addresses;
  for (const addrinfo *entry = list; entry; entry = entry->ai_next) {
    Address address{entry->ai_family, {}};
    if (entry->ai_family == AF_INET)
      memcpy(address.bytes, &reinterpret_cast<const sockaddr_in *>(entry->ai_addr)->sin_addr, sizeof(in_addr));
    else if (entry->ai_family == AF_INET6)
      memcpy(address.bytes, &reinterpret_cast<const sockaddr_in6 *>(entry->ai_addr)->sin6_addr, sizeof(in6_addr));
    else
      continue;
    addresses.push_back(address);
  }
  freeaddrinfo(list);
  return addresses;
}

static bool waitFor(int fd, short events, milliseconds patience) {
  pollfd entry{fd, events, 0};
  int ready;
  while ((ready = poll(&entry, 1, static_cast<int>(patience.count()))) < 0 && errno == EINTR)
    ;
  return ready == 1;
}

/// Calls `move` with what is left, until all is moved: it returns what it has moved, as send and recv do.
template <typename Move>
static bool moveAll(const Socket &connection, short events, size_t bytes, milliseconds patience, Move move) {
  auto start = std::chrono::steady_clock::now();
  for (size_t done = 0; done < bytes;) {
    ssize_t moved = move(done, bytes - done);
    if (moved > 0)
      done += static_cast<size_t>(moved);
    else if (moved == 0 || (errno != EAGAIN && errno != EINTR))
      return false;
    else if (errno == EAGAIN)
      waitFor(connection.get(), events, milliseconds(100));
    if (done < bytes && patience != forever && std::chrono::steady_clock::now() - start > patience)
      return false;
  }
  return true;
}

bool shardrt::sendAll(const Socket &connection, const void *data, size_t bytes, milliseconds patience) {
  return moveAll(connection, POLLOUT, bytes, patience, [&](size_t done, size_t left) {
    return send(connection.get(), static_cast<const char *>(data) + done, left, MSG_NOSIGNAL | MSG_DONTWAIT);
  });
}

bool shardrt::receiveAll(const Socket &connection, void *data, size_t bytes, milliseconds patience) {
  return moveAll(connection, POLLIN, bytes, patience, [&](size_t done, size_t left) {
    return recv(connection.get(), static_cast<char *>(data) + done, left, MSG_DONTWAIT);
  });
}

bool shardrt::waitReadable(const Socket &connection, milliseconds patience) {
  return waitFor(connection.get(), POLLIN, patience);
}

Socket shardrt::acceptFrom(const Socket &listener, milliseconds patience) {
  if (!waitReadable(listener, patience))
    return Socket();
  Socket connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection && errno != ECONNABORTED && errno != EINTR && errno != EAGAIN)
    fail(Exit::PeerLost, "this process cannot accept the connection of another rank: {}", strerror(errno));
  return connection;
}

Socket shardrt::connectTo(const Address &address, uint16_t port, milliseconds patience) {
  sockaddr_storage name;
  socklen_t length = makeName(address, port, name);
  Socket connection(socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!connection)
    return connection;
  if (connect(connection.get(), reinterpret_cast<sockaddr *>(&name), length) == 0)
    return connection;
  int error = errno;
  socklen_t size = sizeof error;
  if (error != EINPROGRESS || !waitFor(connection.get(), POLLOUT, patience) ||
      getsockopt(connection.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
    return Socket();
  return connection;
}

void shardrt::prepare(const Socket &connection) {
  auto set = [&](int level, int option, int value) {
    setsockopt(connection.get(), level, option, &value, sizeof value);
  };
  fcntl(connection.get(), F_SETFL, fcntl(connection.get(), F_GETFL) | O_NONBLOCK);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 1);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, hostGoneMilliseconds);
}
