//===- Socket.cpp - Connections between the processes of a job ----------------===//

#include "comm/Socket.h"
#include "Error.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace shardrt;
using std::chrono::milliseconds;

/// How long a connection may go unanswered before its host counts as gone. A stopped process still answers: its kernel does.
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

static Socket listenOn(int family, uint16_t &port) {
  Socket listener(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int off = 0;
  if (listener && family == AF_INET6)
    setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  sockaddr_storage name;
  socklen_t length = makeName({family, {}}, 0, name);
  if (!listener || bind(listener.get(), reinterpret_cast<sockaddr *>(&name), length) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0 || getsockname(listener.get(), reinterpret_cast<sockaddr *>(&name), &length) != 0)
    return Socket();
  port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in &>(name).sin_port
                                 : reinterpret_cast<sockaddr_in6 &>(name).sin6_port);
  return listener;
}

Socket shardrt::listenAnywhere(uint16_t &port) {
  Socket listener = listenOn(AF_INET6, port);
  if (!listener) // a host without IPv6
    listener = listenOn(AF_INET, port);
  if (!listener)
    fail(Exit::PeerLost, "rank 0 cannot listen for the other ranks: {}", strerror(errno));
  return listener;
}

static bool waitFor(int fd, short events, milliseconds patience) {
  pollfd entry{fd, events, 0};
  int ready;
  while ((ready = poll(&entry, 1, static_cast<int>(patience.count()))) < 0 && errno == EINTR)
    ;
  return ready == 1;
}

bool shardrt::waitReadable(const Socket &connection, milliseconds patience) {
  return waitFor(connection.get(), POLLIN, patience);
}

Socket shardrt::acceptFrom(const Socket &listener, milliseconds patience) {
  if (!waitReadable(listener, patience))
    return Socket();
  Socket connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection && errno != ECONNABORTED && errno != EINTR && errno != EAGAIN)
    fail(Exit::PeerLost, "rank 0 cannot accept the connection of another rank: {}", strerror(errno));
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
  auto set = [&](int level, int option, int value) { setsockopt(connection.get(), level, option, &value, sizeof value); };
  fcntl(connection.get(), F_SETFL, fcntl(connection.get(), F_GETFL) | O_NONBLOCK);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 1);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, hostGoneMilliseconds);
}
