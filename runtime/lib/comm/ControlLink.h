//===- ControlLink.h - One connection of the control channel ------------------===//
#ifndef SHARDRT_LIB_COMM_CONTROLLINK_H
#define SHARDRT_LIB_COMM_CONTROLLINK_H

#include "comm/Bootstrap.h"
#include "comm/Socket.h"
#include "program/Error.h"
#include "program/Progress.h"

#include <deque>
#include <optional>

namespace shardrt {

/// What tells the connections of a job from any others.
using Cookie = std::array<unsigned char, 16>;

enum class ControlKind : int32_t {
  Hello = 1,   ///< from a rank to rank 0, first of all
  Welcome = 2, ///< the answer to it
  Beat = 3,    ///< the sender's progress; rank 0 answers each with its own
  Failure = 4, ///< the job ends: exit code and sentence
  Goodbye = 5, ///< the sender has nothing more to do; from rank 0: nobody has
};

/// The one form of message: 1 KiB, fields that its kind does not use are zero.
struct ControlMessage {
  Cookie cookie;
  ControlKind kind;
  int32_t rank;              ///< the sender
  int64_t exit = 0;          ///< of a Failure
  ProgressSnapshot progress; ///< of a Beat
  char text[840] = {};       ///< of a Failure: its sentence, cut where it is longer; ends with a zero
};
static_assert(sizeof(ControlMessage) == 1024 && std::is_trivially_copyable_v<ControlMessage>);

/// One end of a connection. Nothing here blocks.
class ControlLink {
public:
  ControlLink() = default;
  ControlLink(Socket connection, const Cookie &cookie, int64_t self);

  /// Sends a message, as far as the connection takes it; the rest follows with `flush`.
  void send(ControlKind kind, const ProgressSnapshot &progress = {});
  void sendFailure(const Error &error);
  void flush();
  /// Tells the other end, once all has been sent, that nothing more will come.
  void finish();

  /// Returns the next message that has come whole. None where there is none yet, or the connection has ended: see
  /// isOpen.
  std::optional<ControlMessage> receive();

  /// Returns false once the other end has gone, or has sent what is no message of this job.
  bool isOpen() const { return open; }
  /// Returns why it is not open, such as `Connection timed out`; empty where the other end closed it.
  const std::string &getReason() const { return reason; }
  bool wantsToSend() const { return !out.empty(); }
  const Socket &getSocket() const { return connection; }

private:
  Socket connection;
  Cookie cookie = {};
  int64_t self = 0;
  bool open = false, finished = false;
  std::string reason;
  std::string in, out;

  void send(const ControlMessage &message);
  void readAll();
  void end(const std::string &why);
};

/// The process of a rank.
struct Identity {
  char host[64];
  int64_t pid;

  static Identity ofThisProcess();
  /// Returns such as `rank 2 (host n3, pid 4711)`.
  std::string describe(int64_t rank) const;
};

/// A star of connections around rank 0.
struct ControlStar {
  std::vector<std::string> names; ///< of all ranks
  std::vector<ControlLink> links; ///< on rank 0 those to ranks 1, 2, ...; on another rank the one to rank 0
};

/// Connects the processes of a job; all call it. Throws Error (PeerLost) where they do not find one another.
ControlStar connectStar(Bootstrap &bootstrap);

} // namespace shardrt
#endif
