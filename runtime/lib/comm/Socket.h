//===- Socket.h - Connections between the processes of a job ------------------===//
#ifndef SHARDRT_LIB_COMM_SOCKET_H
#define SHARDRT_LIB_COMM_SOCKET_H

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace shardrt {

/// A file descriptor that is closed with its object; -1 is none.
class Socket {
public:
  explicit Socket(int fd = -1) : fd(fd) {}
  ~Socket() { reset(); }
  Socket(Socket &&other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Socket &operator=(Socket &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  explicit operator bool() const { return fd >= 0; }
  int get() const { return fd; }
  void reset();

private:
  int fd;
};

/// An IPv4 or IPv6 address, as bytes that may be sent to another host.
struct Address {
  int32_t family = 0; ///< AF_INET or AF_INET6
  unsigned char bytes[16] = {};

  std::string describe() const;
};

/// Returns the addresses of this host's interfaces, loopback last: nobody on another host reaches that.
std::vector<Address> localAddresses();

/// Returns the addresses of a host by its name, or of one given as numbers; none where it has none, and why in
/// `reason`.
std::vector<Address> resolve(const std::string &host, std::string &reason);

/// Returns a socket that listens at a free port of all interfaces. Throws Error (PeerLost).
Socket listenAnywhere(uint16_t &port);

/// Returns a socket that listens at `port` of all interfaces, or none where another has it. Throws Error (PeerLost).
Socket listenAt(uint16_t port);

/// Returns the next connection, or none within `patience`. Throws Error (PeerLost).
Socket acceptFrom(const Socket &listener, std::chrono::milliseconds patience);

/// Returns a connection, or none within `patience`.
Socket connectTo(const Address &address, uint16_t port, std::chrono::milliseconds patience);

/// Makes calls on a connection return at once, and a host that has vanished an error of the connection within seconds.
void prepare(const Socket &connection);

/// Sends or receives all of `bytes` bytes; returns false where the connection ends or `patience` does, before that.
bool sendAll(const Socket &connection, const void *data, size_t bytes, std::chrono::milliseconds patience);
bool receiveAll(const Socket &connection, void *data, size_t bytes, std::chrono::milliseconds patience);
/// A patience without end.
inline constexpr std::chrono::milliseconds forever = std::chrono::milliseconds::max();

/// Waits until `connection` has something to read; false after `patience`.
bool waitReadable(const Socket &connection, std::chrono::milliseconds patience);

} // namespace shardrt
#endif
