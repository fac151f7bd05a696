//===- ControlChannelTest.cpp - Processes that die, stop, fail and end ----------------===//

#include "comm/ControlChannel.h"
#include "Process.h"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <regex>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace shardrt;
using namespace shardrt::test;
using namespace std::chrono_literals;

namespace {

constexpr int64_t ranks = 4;
constexpr shardrt_collective_desc sum{SHARDRT_ALL_REDUCE, SHARDRT_SUM, SHARDRT_F32, 0, 118, 0, nullptr, "the number"};

/// Memory that all processes of a test share.
struct Board {
  std::atomic<int64_t> arrived;
  std::atomic<bool> stopped; ///< a rank has been stopped: the others wait for it
  char bytes[ranks][4096];
};

class SharedMemoryBootstrap final : public Bootstrap {
public:
  SharedMemoryBootstrap(Board &board, int64_t index) : board(board), index(index) {}
  int64_t rank() const override { return index; }
  int64_t size() const override { return ranks; }
  void broadcast(void *data, size_t bytes) override {
    std::vector<char> all(bytes * ranks);
    allGather(data, bytes, all.data());
    memcpy(data, all.data(), bytes);
  }
  void allGather(const void *mine, size_t bytes, void *all) override {
    memcpy(board.bytes[index], mine, bytes);
    meet();
    for (size_t i = 0; i < ranks; ++i)
      memcpy(static_cast<char *>(all) + i * bytes, board.bytes[i], bytes);
    meet();
  }

private:
  Board &board;
  const int64_t index;
  int64_t met = 0;

  void meet() {
    met += ranks;
    ++board.arrived;
    while (board.arrived.load() < met)
      std::this_thread::sleep_for(1ms);
  }
};

/// One process a rank, each with a channel.
class ControlChannelTest : public ::testing::Test {
protected:
  using Body = std::function<void(int64_t rank, ControlChannel &, Progress &)>;
  Folder folder;
  Board *board =
      static_cast<Board *>(mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  pid_t pids[ranks] = {};
  std::string errors[ranks];

  ~ControlChannelTest() override { munmap(board, sizeof(Board)); }

  void start(WatchdogSeconds watchdog, const Body &body) {
    for (int64_t rank = 0; rank < ranks; ++rank) {
      pids[rank] = fork();
      if (pids[rank] == 0)
        runRank(rank, watchdog, body);
    }
  }
  [[noreturn]] void runRank(int64_t rank, WatchdogSeconds watchdog, const Body &body) {
    dup2(open((folder / std::to_string(rank)).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    try {
      SharedMemoryBootstrap bootstrap(*board, rank);
      ControlChannel channel(bootstrap, watchdog);
      body(rank, channel, channel.getProgress());
    } catch (const Error &error) {
      printError(error);
      _exit(static_cast<int>(error.exit));
    }
    _exit(0);
  }
  /// Waits for a process: its exit code, or minus its signal.
  int wait(int64_t rank) {
    int status = 0;
    for (int i = 0; waitpid(pids[rank], &status, WNOHANG) == 0; ++i) {
      if (i == 10000)
        kill(pids[rank], SIGKILL);
      std::this_thread::sleep_for(1ms);
    }
    errors[rank] = readFile(folder / std::to_string(rank));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string name(int64_t rank) {
    Identity identity = Identity::ofThisProcess();
    identity.pid = pids[rank];
    return identity.describe(rank);
  }
  static std::string prefix(int64_t rank) { return "shard-run (rank " + std::to_string(rank) + "): error: "; }
  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  [[noreturn]] static void waitForEver() {
    for (;;)
      pause();
  }
};

TEST_F(ControlChannelTest, EndsAreNoFaults) {
  start(std::nullopt, [](int64_t rank, ControlChannel &channel, Progress &) {
    std::this_thread::sleep_for(rank * 300ms);
    channel.leave();
  });
  for (int64_t rank = 0; rank < ranks; ++rank) {
    EXPECT_EQ(wait(rank), 0);
    EXPECT_EQ(errors[rank], "");
  }
}

TEST_F(ControlChannelTest, NamesTheRankThatDies) {
  for (int64_t victim = 0; victim < ranks; ++victim) {
    board->arrived = 0;
    start(std::nullopt, [](int64_t, ControlChannel &, Progress &progress) {
      progress.beginStep(7);
      progress.enter(sum);
      waitForEver();
    });
    std::this_thread::sleep_for(1500ms);
    double killed = now();
    kill(pids[victim], SIGKILL);
    for (int64_t rank = 0; rank < ranks; ++rank) {
      EXPECT_EQ(wait(rank), rank == victim ? -SIGKILL : 6);
      if (rank != victim)
        EXPECT_EQ(errors[rank], prefix(rank) + name(victim) +
                                    " has died; it was last seen at step 7, in all_reduce #118 (the number)\n");
    }
    EXPECT_LT(now() - killed, 5);
  }
}

TEST_F(ControlChannelTest, NamesTheRankThatStops) {
  for (int64_t victim = 0; victim < ranks; ++victim) {
    board->arrived = 0;
    board->stopped = false;
    start(2, [&](int64_t, ControlChannel &, Progress &progress) {
      progress.enter(sum);
      for (; !board->stopped.load(); std::this_thread::sleep_for(5ms))
        progress.advance();
      waitForEver();
    });
    std::this_thread::sleep_for(700ms);
    double stopped = now();
    kill(pids[victim], SIGSTOP);
    board->stopped = true;
    std::regex sentence(
        "shard-run \\(rank .\\): error: rank " + std::to_string(victim) + " \\(host .*, pid " +
        std::to_string(pids[victim]) +
        "\\) has not answered for [0-9.]+ s: it was last seen before the first step, in all_reduce #118 "
        "\\(the number\\)\n");
    for (int64_t rank = 0; rank < ranks; ++rank) {
      if (rank == victim)
        continue;
      EXPECT_EQ(wait(rank), 6);
      EXPECT_TRUE(std::regex_match(errors[rank], sentence)) << errors[rank];
    }
    EXPECT_LT(now() - stopped, 2 + 5);
    kill(pids[victim], SIGCONT);
    EXPECT_EQ(wait(victim), 6);
    EXPECT_TRUE(std::regex_match(errors[victim], sentence)) << errors[victim];
  }
}

TEST_F(ControlChannelTest, NamesTheRankThatIsStuck) {
  for (int64_t victim : {0, 2}) {
    board->arrived = 0;
    start(1, [&](int64_t rank, ControlChannel &, Progress &progress) {
      if (rank != victim)
        progress.enter(sum);
      waitForEver();
    });
    for (int64_t rank = 0; rank < ranks; ++rank) {
      EXPECT_EQ(wait(rank), 6);
      EXPECT_EQ(errors[rank].find(prefix(rank) + name(victim) +
                                  " has not reached all_reduce #118 (the number): 3 of 4 ranks have waited for up to "),
                0u)
          << errors[rank];
    }
  }
}

TEST_F(ControlChannelTest, NamesTheRankThatDoesNotLeave) {
  start(1, [](int64_t rank, ControlChannel &channel, Progress &) {
    if (rank == 1)
      waitForEver();
    channel.leave();
  });
  for (int64_t rank = 0; rank < ranks; ++rank) {
    EXPECT_EQ(wait(rank), 6);
    EXPECT_EQ(errors[rank].find(prefix(rank) + name(1) +
                                " has not reached all_reduce (end of the run): 3 of 4 ranks have waited for up to "),
              0u)
        << errors[rank];
  }
}

TEST_F(ControlChannelTest, TellsAllRanksWhyOneFails) {
  for (int64_t failing = 0; failing < ranks; ++failing) {
    board->arrived = 0;
    start(std::nullopt, [&](int64_t rank, ControlChannel &channel, Progress &) {
      if (rank == failing)
        channel.fail(Error(Exit::NonFinite, "step 3: the loss is nan"));
      waitForEver();
    });
    for (int64_t rank = 0; rank < ranks; ++rank) {
      EXPECT_EQ(wait(rank), 7);
      EXPECT_EQ(errors[rank],
                prefix(rank) + (rank == failing ? "" : name(failing) + ": ") + "step 3: the loss is nan\n");
    }
  }
}

TEST_F(ControlChannelTest, SaysOneSentenceWhereAllFail) {
  start(std::nullopt, [&](int64_t, ControlChannel &channel, Progress &) {
    channel.fail(Error(Exit::BadInput, "the tokens are stale"));
  });
  for (int64_t rank = 0; rank < ranks; ++rank) {
    EXPECT_EQ(wait(rank), 3);
    EXPECT_NE(errors[rank].find("the tokens are stale\n"), std::string::npos);
    EXPECT_EQ(errors[rank].find('\n'), errors[rank].size() - 1) << errors[rank];
  }
}

TEST_F(ControlChannelTest, NamesLossesThatNobodyKnows) {
  start(std::nullopt, [&](int64_t rank, ControlChannel &channel, Progress &) {
    if (rank == 3)
      channel.awaitFault("the wire is cut");
    waitForEver();
  });
  for (int64_t rank = 0; rank < ranks; ++rank) {
    EXPECT_EQ(wait(rank), 6);
    EXPECT_EQ(errors[rank],
              prefix(rank) + (rank == 3 ? "" : name(3) + ": ") +
                  "lost another rank before the first step, before the first collective: the wire is cut, but none "
                  "has died\n");
  }
}

/// Joins the bytes of a message, as somebody might who has found the port.
std::string forge(const Cookie &cookie, ControlKind kind, int32_t rank) {
  ControlMessage message{cookie, kind, rank, 0, {}, {}};
  return {reinterpret_cast<const char *>(&message), sizeof message};
}

TEST_F(ControlChannelTest, LeavesStrangersOut) {
  uint16_t port = 0;
  Socket listener = listenAnywhere(port);
  Address loopback{AF_INET, {127, 0, 0, 1}};
  Cookie cookie = {1, 2, 3}, other = {1, 2, 4};
  auto deliver = [&](const std::string &bytes) {
    Socket from = connectTo(loopback, port, 1s), to = acceptFrom(listener, 1s);
    EXPECT_TRUE(from && to);
    ControlLink link(std::move(to), cookie, 0);
    EXPECT_EQ(send(from.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    from.reset();
    std::this_thread::sleep_for(20ms);
    std::optional<ControlMessage> message = link.receive();
    EXPECT_FALSE(link.isOpen() && !message);
    return message.has_value();
  };
  EXPECT_TRUE(deliver(forge(cookie, ControlKind::Hello, 1)));
  EXPECT_FALSE(deliver(forge(other, ControlKind::Hello, 1)));
  EXPECT_FALSE(deliver(forge(cookie, ControlKind::Hello, 1).substr(1)));
  EXPECT_FALSE(deliver(std::string(1023, '\0')));
  EXPECT_FALSE(deliver("GET / HTTP/1.0\r\n\r\n" + std::string(4096, 'x')));
  EXPECT_FALSE(deliver(""));
}

} // namespace
