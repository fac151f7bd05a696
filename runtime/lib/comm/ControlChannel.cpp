//===- ControlChannel.cpp - What the processes of a job know of one another ---===//

#include "comm/ControlChannel.h"

#include <algorithm>
#include <cstdlib>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace shardrt;
using namespace std::chrono_literals;

/// How long a process that ends waits for the others to have read why.
static constexpr std::chrono::milliseconds drainPatience = 1s, lonePatience = 300ms;
static constexpr auto handlerPatience = 1s;
/// How long the channel may take to name a rank that was lost.
static constexpr auto faultPatience = 5s;

/// Returns the ranks that a process watches: rank 0 all, another one rank 0 and itself.
static std::vector<std::string> chooseWatched(const ControlStar &star, int64_t self) {
  return self == 0 ? star.names : std::vector{star.names[0], star.names[static_cast<size_t>(self)]};
}

ControlChannel::ControlChannel(Bootstrap &bootstrap, WatchdogSeconds seconds)
    : self(bootstrap.rank()), star(connectStar(bootstrap)), watchdog(chooseWatched(star, self), seconds, Clock::now()),
      interval(chooseLookInterval(seconds)), wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread([this] { serve(); }) {
}

ControlChannel::~ControlChannel() {
  if (!thread.joinable())
    return;
  {
    std::lock_guard lock(mutex);
    quitting = true;
  }
  wakeUp();
  thread.join();
}

void ControlChannel::wakeUp() {
  uint64_t one = 1;
  [[maybe_unused]] ssize_t wrote = write(wake.get(), &one, sizeof one);
}

void ControlChannel::fail(const Error &error) {
  {
    std::lock_guard lock(mutex);
    failure = error;
  }
  wakeUp();
  for (;;)
    pause();
}

void ControlChannel::awaitFault(const std::string &reason) {
  std::this_thread::sleep_for(faultPatience);
  std::string place = progress.read().describePlace();
  fail(Error(Exit::PeerLost,
             fmt::format("lost another rank {}{}{}, but none has died", place, reason.empty() ? "" : ": ", reason)));
}

void ControlChannel::onFault(std::function<void()> next) {
  std::lock_guard lock(handlerMutex);
  handler = std::move(next);
}

/// Holds the mutex for good: what the handler uses stays until the process ends.
std::future<void> ControlChannel::handleFault() {
  handlerMutex.lock();
  std::packaged_task<void()> task([this] {
    if (handler)
      handler();
  });
  std::future<void> handled = task.get_future();
  std::thread(std::move(task)).detach();
  return handled;
}

void ControlChannel::leave() {
  static constexpr shardrt_collective_desc endOfRun{SHARDRT_ALL_REDUCE, SHARDRT_MAX, SHARDRT_I32, -1, -4, 0, nullptr,
                                                    "end of the run"};
  progress.enter(endOfRun);
  {
    std::lock_guard lock(mutex);
    leaving = true;
  }
  wakeUp();
  thread.join();
  star.links.clear();
  progress.leave();
}

void ControlChannel::serve() {
  while (!done) {
    waitForNews();
    watchdog.beginLook(Clock::now());
    watchdog.saw(isHub() ? 0 : 1, progress.read());
    readLinks();
    handleRequests();
    beat();
    judge();
  }
}

void ControlChannel::waitForNews() {
  polled.assign(1, {wake.get(), POLLIN, 0});
  for (const ControlLink &link : star.links)
    polled.push_back({link.isOpen() ? link.getSocket().get() : -1,
                      static_cast<short>(link.wantsToSend() ? POLLIN | POLLOUT : POLLIN), 0});
  poll(polled.data(), polled.size(), static_cast<int>(interval.count() / 2));
  uint64_t count;
  [[maybe_unused]] ssize_t got = read(wake.get(), &count, sizeof count);
}

void ControlChannel::readLinks() {
  for (size_t i = 0; i < star.links.size() && !done; ++i) {
    ControlLink &link = star.links[i];
    link.flush();
    while (std::optional<ControlMessage> message = link.receive())
      handle(i, *message);
    if (link.isOpen() || done)
      continue;
    std::string how = link.getReason().empty() ? "has died" : "is lost (" + link.getReason() + ")";
    end(Error(Exit::PeerLost,
              fmt::format("{} {}; it was last seen {}", star.names[rankOf(i)], how, watchdog.describeLast(rankOf(i)))),
        i);
  }
}

void ControlChannel::handle(size_t link, const ControlMessage &message) {
  switch (message.kind) {
  case ControlKind::Beat:
    watchdog.saw(rankOf(link), message.progress);
    answered = true;
    if (isHub())
      star.links[link].send(ControlKind::Beat, progress.read());
    return;
  case ControlKind::Failure: {
    bool isError = message.exit > 0 && message.exit < 256;
    end(Error(isError ? static_cast<Exit>(message.exit) : Exit::PeerLost, message.text), link);
  }
  case ControlKind::Goodbye:
    ++goodbyes;
    if (isHub())
      return sayGoodbye();
    done = true;
    return;
  case ControlKind::Hello:
  case ControlKind::Welcome:
    return;
  }
}

void ControlChannel::handleRequests() {
  std::unique_lock lock(mutex);
  if (failure) {
    Error error = *failure;
    lock.unlock();
    bool named = error.exit == Exit::Disagree; // a sentence about ranks, which all of them find alike
    std::string whose = named ? "" : star.names[static_cast<size_t>(self)] + ": ";
    tellOthers(Error(error.exit, whose + error.what()));
    leaveProcess(error);
  }
  done = done || quitting;
  lock.unlock();
  sayGoodbye();
}

/// A rank that leaves tells rank 0; rank 0 tells all when all have.
void ControlChannel::sayGoodbye() {
  {
    std::lock_guard lock(mutex);
    if (!leaving)
      return;
  }
  if (saidGoodbye || (isHub() && goodbyes < star.links.size()))
    return;
  saidGoodbye = true;
  for (ControlLink &link : star.links)
    link.send(ControlKind::Goodbye);
  if (isHub()) {
    drain();
    done = true;
  }
}

/// A beat follows the answer to the one before, so that a process that has stopped finds two messages at most when it
/// goes on.
void ControlChannel::beat() {
  Clock::time_point now = Clock::now();
  if (isHub() || !answered || now - lastBeat < interval)
    return;
  lastBeat = now;
  answered = false;
  star.links.front().send(ControlKind::Beat, progress.read());
}

/// Only rank 0 knows how far all have come; the others know whether rank 0 is there.
void ControlChannel::judge() {
  if (done)
    return;
  std::optional<std::string> sentence = watchdog.findSilent();
  if (!sentence && isHub())
    sentence = watchdog.findStuck();
  if (sentence)
    end(Error(Exit::PeerLost, *sentence), std::nullopt);
}

void ControlChannel::end(const Error &error, std::optional<size_t> origin) {
  tellOthers(error, origin);
  leaveProcess(error);
}

/// Tells everyone but the link `origin`, who knows.
void ControlChannel::tellOthers(const Error &error, std::optional<size_t> origin) {
  for (size_t i = 0; i < star.links.size(); ++i)
    if (i != origin)
      star.links[i].sendFailure(error);
}

/// A launcher kills the others as soon as one rank has ended. So none ends before all have had the time to print: a
/// rank that has printed finishes its link to rank 0, and rank 0 closes the links when all have. Without rank 0 a
/// moment must do.
void ControlChannel::leaveProcess(const Error &error) {
  printError(error, self);
  std::future<void> handled = handleFault();
  bool alone = !isHub() && !star.links.front().isOpen();
  if (alone)
    std::this_thread::sleep_for(lonePatience);
  drain();
  handled.wait_for(handlerPatience);
  std::_Exit(static_cast<int>(error.exit));
}

/// Waits until the other ends have read everything and finished: a link that is closed before that may lose what was
/// sent last.
void ControlChannel::drain() {
  for (auto start = Clock::now(); Clock::now() - start < drainPatience;) {
    bool open = false;
    for (ControlLink &link : star.links) {
      if (isHub())
        link.flush();
      else
        link.finish();
      while (link.receive())
        ;
      open = open || link.isOpen();
    }
    if (!open)
      return;
    waitForNews();
  }
}
