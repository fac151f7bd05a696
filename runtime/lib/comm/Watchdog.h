//===- Watchdog.h - Which rank does not come ----------------------------------===//
//
// Judges what is seen of ranks, whoever sees it: the process whose threads they are, or the control channel of a job of
// several processes. A look allocates nothing. A rank is stuck when others have waited in a collective for longer than
// the deadline, it is the one that has entered the fewest, and it has done nothing for as long; loading weights or
// calling a library is doing something.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_COMM_WATCHDOG_H
#define SHARDRT_LIB_COMM_WATCHDOG_H

#include "program/Progress.h"

#include <chrono>
#include <optional>
#include <vector>

namespace shardrt {

/// A deadline that was given, in seconds; none: the greater of 30 s and ten median steps.
using WatchdogSeconds = std::optional<double>;

/// Returns how often to look at the ranks.
std::chrono::milliseconds chooseLookInterval(WatchdogSeconds deadline);

class Watchdog {
public:
  using Time = std::chrono::steady_clock::time_point;

  /// `names` are what sentences call the ranks that are watched, such as `rank 2 (host n3, pid 4711)`.
  Watchdog(std::vector<std::string> names, WatchdogSeconds deadline, Time now);

  /// Begins a look at the ranks. Where the last one was long ago, this process itself stood still, and nobody is blamed
  /// for it.
  void beginLook(Time now);
  /// Takes note of the record of the rank that is `names[index]`, which has just been heard of.
  void saw(size_t index, const ProgressSnapshot &snapshot);
  /// Returns the sentence about ranks that have not been heard of for the deadline, if there are any.
  std::optional<std::string> findSilent() const;
  /// Returns the sentence about ranks that the others have waited for, if there are any.
  std::optional<std::string> findStuck() const;

  /// Returns where a rank was when it was last heard of.
  std::string describeLast(size_t index) const { return watched[index].last.describePlace(); }
  /// Returns the deadline in force, in seconds.
  double getDeadline() const;

private:
  struct Watched {
    std::string name;
    ProgressSnapshot last;
    Time heard, changed, stepBegan;
  };
  WatchdogSeconds given;
  std::chrono::milliseconds interval; ///< of looks, and of news from a rank
  std::vector<Watched> watched;
  std::array<double, 31> stepSeconds = {}; ///< of the first rank's last steps
  size_t stepsSeen = 0;
  Time now;

  double secondsSince(Time since) const { return std::chrono::duration<double>(now - since).count(); }
  std::optional<std::string> describeSilent(double patience) const;
  /// Returns the rank with the fewest collectives, among those that are in one, which has entered more than `entered`.
  const Watched *findNextInside(uint64_t entered) const;
  std::string describeStuck(uint64_t fewest, const std::string &waiting) const;
  void noteSteps(Watched &rank, int64_t step);
};

} // namespace shardrt
#endif
