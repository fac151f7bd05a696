//===- ControlChannel.h - What the processes of a job know of one another -----===//
//
// A thread beside the rank's own, and a star of TCP connections around rank 0. A connection that ends is a process that
// has died: rank 0 tells all others at once. Twice a second each rank tells rank 0 its progress and hears rank 0's, so
// that one that has stopped, or does not come to a collective, is named when the watchdog's deadline has passed.
// Whoever learns of a fault prints one sentence and leaves the process, whatever its other threads wait for.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_CONTROLCHANNEL_H
#define SHARDRT_LIB_COMM_CONTROLCHANNEL_H

#include "comm/ControlLink.h"
#include "comm/Watchdog.h"

#include <functional>
#include <future>
#include <mutex>
#include <poll.h>
#include <thread>

namespace shardrt {

class ControlChannel {
public:
  /// Connects this process with the others, which all do the same. Throws Error (PeerLost).
  ControlChannel(Bootstrap &bootstrap, WatchdogSeconds watchdog);
  /// Without `leave` before, the others take it for this process's death.
  ~ControlChannel();

  /// Returns the record that this process's rank keeps, and the others are told.
  Progress &getProgress() { return progress; }

  /// Ends the whole job with this rank's error: every rank prints it and exits with its code.
  [[noreturn]] void fail(const Error &error);
  /// Waits for the channel to name the rank that was lost, and to leave the process; where it names none, ends the job
  /// for `reason`.
  [[noreturn]] void awaitFault(const std::string &reason);
  /// Sets what a fault calls before this process leaves, from a thread of its own, which has a second; null for
  /// nothing. What it was before is not called once this returns.
  void onFault(std::function<void()> handler);
  /// Waits until all ranks have come here; from then on their ends are no fault.
  void leave();

private:
  using Clock = std::chrono::steady_clock;

  const int64_t self;
  Progress progress;
  ControlStar star;
  Watchdog watchdog;
  const std::chrono::milliseconds interval; ///< of beats
  Socket wake;

  std::mutex mutex; // guards what the rank's own thread asks for
  std::optional<Error> failure;
  bool leaving = false, quitting = false;
  std::mutex handlerMutex;
  std::function<void()> handler;

  // What follows is the channel's thread's.
  Clock::time_point lastBeat;
  bool answered = true; ///< rank 0 has answered the last beat
  std::vector<pollfd> polled;
  size_t goodbyes = 0; ///< that have come
  bool saidGoodbye = false, done = false;
  std::thread thread; ///< the last member: it uses the others

  bool isHub() const { return self == 0; }
  size_t rankOf(size_t link) const { return isHub() ? link + 1 : 0; }
  void serve();
  void waitForNews();
  void readLinks();
  void handle(size_t link, const ControlMessage &message);
  void handleRequests();
  void sayGoodbye();
  void beat();
  void judge();
  [[noreturn]] void end(const Error &error, std::optional<size_t> origin);
  void tellOthers(const Error &error, std::optional<size_t> origin = std::nullopt);
  [[noreturn]] void leaveProcess(const Error &error);
  std::future<void> handleFault();
  void drain();
  void wakeUp();
};

/// What a fault calls as long as the object lives.
class FaultHandler {
public:
  FaultHandler(ControlChannel &channel, std::function<void()> handler) : channel(channel) {
    channel.onFault(std::move(handler));
  }
  ~FaultHandler() { channel.onFault(nullptr); }
  FaultHandler(const FaultHandler &) = delete;
  FaultHandler &operator=(const FaultHandler &) = delete;

private:
  ControlChannel &channel;
};

} // namespace shardrt
#endif
