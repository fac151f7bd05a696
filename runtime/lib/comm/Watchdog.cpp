//===- Watchdog.cpp - Which rank does not come --------------------------------===//

#include "comm/Watchdog.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

using namespace shardrt;

static constexpr double leastDeadline = 30, medianSteps = 10;
/// Looks follow one another within a fraction of a second; after a pause this long nobody was looking.
static constexpr std::chrono::seconds longPause{2};
/// Where the ranks do not come on, one that has not been heard of for so many looks is why.
static constexpr double missedLooks = 4;

std::chrono::milliseconds shardrt::chooseLookInterval(WatchdogSeconds deadline) {
  double milliseconds = std::clamp(deadline.value_or(leastDeadline) * 1000 / 5, 10.0, 500.0);
  return std::chrono::milliseconds(static_cast<int64_t>(milliseconds));
}

Watchdog::Watchdog(std::vector<std::string> names, WatchdogSeconds deadline, Time now)
    : given(deadline), interval(chooseLookInterval(deadline)), now(now) {
  for (std::string &name : names)
    watched.push_back({std::move(name), {}, now, now, now});
}

double Watchdog::getDeadline() const {
  if (given)
    return *given;
  std::array<double, 31> sorted = stepSeconds;
  size_t count = std::min(stepsSeen, sorted.size());
  std::sort(sorted.begin(), sorted.begin() + static_cast<int64_t>(count));
  return std::max(leastDeadline, medianSteps * sorted[count / 2]);
}

void Watchdog::beginLook(Time time) {
  if (time - now > longPause)
    for (Watched &rank : watched) {
      rank.heard += time - now;
      rank.changed += time - now;
      rank.stepBegan += time - now;
    }
  now = time;
}

void Watchdog::saw(size_t index, const ProgressSnapshot &snapshot) {
  Watched &rank = watched[index];
  rank.heard = now;
  if (snapshot.activity != rank.last.activity)
    rank.changed = now;
  if (snapshot.step != rank.last.step)
    noteSteps(rank, snapshot.step);
  rank.last = snapshot;
}

/// One look may see several short steps pass: each counts as their average.
void Watchdog::noteSteps(Watched &rank, int64_t step) {
  double seconds = std::chrono::duration<double>(now - rank.stepBegan).count();
  if (&rank == &watched.front() && rank.last.step >= 0 && step > rank.last.step) {
    stepSeconds[stepsSeen++ % stepSeconds.size()] = seconds / static_cast<double>(step - rank.last.step);
  }
  rank.stepBegan = now;
}

const Watchdog::Watched *Watchdog::findNextInside(uint64_t entered) const {
  const Watched *next = nullptr;
  for (const Watched &rank : watched)
    if (rank.last.inside && rank.last.entered > entered && (!next || rank.last.entered < next->last.entered))
      next = &rank;
  return next;
}

/// Names the ranks that have not been heard of for longer than `patience`.
std::optional<std::string> Watchdog::describeSilent(double patience) const {
  std::vector<std::string> sentences;
  for (const Watched &rank : watched) {
    double silent = secondsSince(rank.heard);
    if (silent <= patience)
      continue;
    const Watched *waiting = findNextInside(rank.last.entered);
    std::string where =
        waiting ? fmt::format("it has not reached {}, where others wait", waiting->last.describeCollective())
                : fmt::format("it was last seen {}", rank.last.describePlace());
    sentences.push_back(fmt::format("{} has not answered for {:.1f} s: {}", rank.name, silent, where));
  }
  if (sentences.empty())
    return std::nullopt;
  return fmt::format("{}", fmt::join(sentences, "; "));
}

std::optional<std::string> Watchdog::findSilent() const {
  return describeSilent(getDeadline());
}

std::optional<std::string> Watchdog::findStuck() const {
  double deadline = getDeadline(), longest = 0;
  uint64_t fewest = UINT64_MAX;
  int64_t waiting = 0;
  for (const Watched &rank : watched) {
    fewest = std::min(fewest, rank.last.entered);
    if (!rank.last.inside)
      continue;
    ++waiting;
    longest = std::max(longest, secondsSince(rank.changed));
  }
  auto comes = [&](const Watched &rank) {
    return rank.last.entered == fewest && (rank.last.excused || secondsSince(rank.changed) <= deadline);
  };
  if (longest <= deadline || std::any_of(watched.begin(), watched.end(), comes))
    return std::nullopt;
  if (std::optional<std::string> silent = describeSilent(missedLooks * std::chrono::duration<double>(interval).count()))
    return silent;
  return describeStuck(fewest, fmt::format("{} of {} ranks have waited for up to {:.0f} s", waiting, watched.size(),
                                           std::floor(longest)));
}

/// Of the ranks with the fewest collectives, names those that are outside one; all where none has come further.
std::string Watchdog::describeStuck(uint64_t fewest, const std::string &waiting) const {
  std::vector<std::string> outside, inside;
  for (const Watched &rank : watched)
    if (rank.last.entered == fewest)
      (rank.last.inside ? inside : outside).push_back(rank.name);
  const Watched *next = findNextInside(fewest);
  bool late = next && !outside.empty();
  const std::vector<std::string> &named = late ? outside : inside;
  std::string where = (late ? next : findNextInside(fewest - 1))->last.describeCollective();
  return fmt::format("{} {} not {} {}: {}", fmt::join(named, ", "), named.size() == 1 ? "has" : "have",
                     late ? "reached" : "come back from", where, waiting);
}
