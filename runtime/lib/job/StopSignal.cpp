//===- StopSignal.cpp - Signals that end a job after its step -----------------------===//

#include "job/StopSignal.h"

#include <csignal>

using namespace shardrt;

static std::atomic<int> stopSignal{0};

const std::atomic<int> &shardrt::getStopSignal() {
  return stopSignal;
}

void shardrt::catchStopSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) { stopSignal.store(signal); };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); // a write beyond a limit on file sizes is to fail like one to a full disk
}

void shardrt::ignoreStopSignals() {
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
}
