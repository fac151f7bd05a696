//===- NcclTest.cpp - Ranks on GPUs that NCCL connects -----------------------------------------===//

#include "CudaRun.h"
#include "cuda/Kernels.h"

#include <arpa/inet.h>
#include <cmath>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace shardrt;
using namespace shardrt::test;

namespace {

/// A port that was free a moment ago, and those after it.
int findPort() {
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof name;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  bool isBound = bind(fd, reinterpret_cast<sockaddr *>(&name), length) == 0 &&
                 getsockname(fd, reinterpret_cast<sockaddr *>(&name), &length) == 0;
  close(fd);
  return isBound ? std::min<int>(ntohs(name.sin_port), 65000) : 29500;
}

class NcclTest : public CudaRun {
protected:
  void SetUp() override {
    if (!cuda::findKernelImage("CountUp"))
      GTEST_SKIP() << "the runtime was built without GPU kernels";
    CudaRun::SetUp();
  }

  std::string steps = "12";

  Ended runAlone(const std::string &stub = "", const Environment &more = {}) {
    return run("cuda-bigram", stub, more, {"--communicator", "nccl"});
  }

  /// Runs a program as `ranks` processes with a GPU each; rank `odd` has another environment.
  std::vector<Ended> runRanks(int ranks, const std::string &stub, int odd = -1, const Environment &more = {},
                              const std::vector<std::string> &options = {}) {
    std::string port = std::to_string(findPort());
    std::vector<Process> processes;
    for (int rank = 0; rank < ranks; ++rank) {
      Environment environment = {{"LD_LIBRARY_PATH", STUBS},
                                 {"CUDA_STUB", fmt::format("devices={}{}{}", ranks, stub.empty() ? "" : ",", stub)},
                                 {"CUDA_STUB_LOG", rank == 0 ? log : log + std::to_string(rank)},
                                 {"RANK", std::to_string(rank)},
                                 {"LOCAL_RANK", std::to_string(rank)},
                                 {"WORLD_SIZE", std::to_string(ranks)},
                                 {"MASTER_ADDR", "127.0.0.1"},
                                 {"MASTER_PORT", port}};
      if (rank == odd)
        environment.insert(environment.end(), more.begin(), more.end());
      std::vector<std::string> words = {fmt::format("{}/cuda-bigram{}.shard", PROGRAMS, ranks),
                                        "--tokens",
                                        "raw16:" + tokens,
                                        "--seed",
                                        "7",
                                        "--steps",
                                        steps};
      if (rank == 0)
        words.insert(words.end(), {"--metrics", metrics});
      words.insert(words.end(), options.begin(), options.end());
      processes.emplace_back(words, environment);
    }
    std::vector<Ended> ended;
    for (Process &process : processes)
      ended.push_back(process.wait());
    return ended;
  }

  void expectTrained() {
    std::vector<StepRecord> expected = trainBigram(readFile(tokens), 7, 12), records = readMetrics(metrics);
    ASSERT_EQ(records.size(), 12u);
    for (size_t i = 0; i < records.size(); ++i) {
      EXPECT_NEAR(records[i].loss, expected[i].loss, 1e-5 * expected[i].loss) << "step " << i;
      EXPECT_NEAR(records[i].gradNorm, expected[i].gradNorm, 1e-5 * expected[i].gradNorm) << "step " << i;
    }
  }
  static void expect(const Ended &ended, int code, const std::string &sentence) {
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_NE(ended.err.find(sentence), std::string::npos) << ended.err;
  }
};

TEST_F(NcclTest, ConnectsARankThatIsAlone) {
  Ended ended = runAlone();
  ASSERT_EQ(ended.code, 0) << ended.err;
  expectTrained();
  EXPECT_NE(ended.out.find(", NCCL 2.28.9 (NCCL_ALGO=Ring, NCCL_PROTO=Simple)\n"), std::string::npos) << ended.out;
  std::vector<std::string> calls = readCalls();
  EXPECT_EQ(count(calls, "ncclCommInitRankConfig"), 1);
  EXPECT_EQ(count(calls, "ncclMemAlloc"), 2) << "the arena, and staging";
  EXPECT_EQ(count(calls, "ncclAllReduce"), 2) << "once to connect, and in a graph";
  EXPECT_EQ(calls.back(), "live 0");
}

TEST_F(NcclTest, SaysWhichVariablesAreInForce) {
  Ended ended = runAlone("", {{"NCCL_ALGO", "Tree"}});
  EXPECT_NE(ended.out.find("(NCCL_ALGO=Tree, NCCL_PROTO=Simple)"), std::string::npos) << ended.out;
}

TEST_F(NcclTest, TrainsAsOneRankInEveryOrder) {
  for (int ranks : {2, 4}) // of four ranks parts are of different lengths
    for (const char *stub : {"seed=0", "seed=1", "seed=2", "seed=3,room=1", "seed=4,room=1"}) {
      for (const Ended &ended : runRanks(ranks, stub))
        ASSERT_EQ(ended.code, 0) << stub << ended.err;
      expectTrained();
    }
}

TEST_F(NcclTest, OnlyLaunchesAndCopiesAfterTheFirstStep) {
  ASSERT_EQ(runRanks(2, "").front().code, 0);
  std::vector<std::string> calls =
      callsAfterTheFirstStep(); // from the last launch but one: the first of all is a trial
  for (auto call = std::find(calls.begin() + 1, calls.end(), "cuGraphLaunch"); call != calls.end(); ++call)
    EXPECT_TRUE(*call == "cuGraphLaunch" || *call == "cuMemcpyHtoDAsync_v2" || *call == "cuMemcpyDtoHAsync_v2" ||
                *call == "cuStreamSynchronize" || *call == "ncclCommGetAsyncError")
        << *call;
  EXPECT_EQ(readCalls().back(), "live 0");
}

TEST_F(NcclTest, SavesWhatTheRanksHaveTrained) {
  std::vector<float> table, saved(100);
  trainBigram(readFile(tokens), 7, 12, &table);
  ASSERT_EQ(runRanks(2, "", -1, {}, {"--save", folder / "saved"}).front().code, 0);
  std::string bytes = readFile(folder / "saved/model.safetensors");
  ASSERT_GT(bytes.size(), 400u);
  memcpy(saved.data(), bytes.data() + bytes.size() - 400, 400);
  for (size_t i = 0; i < 100; ++i)
    EXPECT_NEAR(saved[i], table[i], 1e-5);
}

TEST_F(NcclTest, RefusesWhatCannotBe) {
  expect(runAlone("nccl=22707"), 9, "libnccl.so.2 is NCCL 2.27.7, expected 2.28.0 or later: install a newer one");
  expect(runAlone("", {{"LD_PRELOAD", HIDE_LIBRARIES}, {"HIDE", "libnccl"}}), 9,
         "the program runs on a GPU, which needs libnccl.so.2: hidden-libnccl.so.2: cannot open shared object file: No "
         "such file "
         "or directory: install NCCL 2.28 or later, such as the package libnccl2");
  expect(runAlone("", {{"NCCL_LAUNCH_ORDER_IMPLICIT", "0"}}), 9,
         "NCCL_LAUNCH_ORDER_IMPLICIT is \"0\", expected 1: the ranks' collectives must start in one order: unset it");
  expect(run("cuda-bigram2", "", {}, {"--communicator", "nccl"}), 2,
         "--communicator nccl: NCCL takes a process for each rank, and this one has all 2 ranks: start it by mpirun, "
         "srun or "
         "torchrun, or leave the option out");
  expect(run("cuda-bigram", "", {}, {"--communicator", "gloo"}), 2, "--communicator: gloo not in {local,nccl}");
  for (const Ended &ended : runRanks(2, "", -1, {}, {"--communicator", "local"}))
    EXPECT_EQ(ended.code, 2) << ended.err;
  for (const Ended &ended : runRanks(2, "", 1, {{"CUDA_STUB", "devices=2,nccl=22810"}}))
    expect(ended, 5, "ranks disagree on the version of NCCL: rank 1 has 2.28.10, rank 0 has 2.28.9");
  for (const Ended &ended : runRanks(2, "", 1, {{"LOCAL_RANK", "0"}}))
    expect(ended, 9, "ranks 0 and 1 have the same GPU, which NCCL 2.28.9 refuses: start no more ranks");
}

// Every call of NCCL's fails once: the run ends with a sentence that has NCCL's words, not with a crash.
TEST_F(NcclTest, SurvivesEveryFailure) {
  for (const char *call :
       {"ncclGetVersion", "ncclMemAlloc", "ncclGetUniqueId", "ncclCommInitRankConfig", "ncclAllReduce"})
    expect(runAlone(std::string("fail=") + call + ":1:2"), std::string(call) == "ncclMemAlloc" ? 8 : 9,
           "NCCL says unhandled system error");
  for (const char *call :
       {"cuDeviceGetUuid_v2:1", "cuMemHostAlloc:2", "cuGraphInstantiateWithFlags:1", "cuGraphLaunch:1"})
    expect(runAlone(std::string("fail=") + call + ":700"), 9, "CUDA_ERROR_ILLEGAL_ADDRESS");
  for (const char *call :
       {"ncclCommSplit:1", "ncclAllGather:1", "ncclReduceScatter:2", "ncclAllGather:2", "ncclGroupEnd:1"})
    for (const Ended &ended : runRanks(2, "", 0, {{"CUDA_STUB", fmt::format("devices=2,fail={}:2", call)}}))
      expect(ended, 9, "NCCL says unhandled system error");
}

TEST_F(NcclTest, AbortsEverywhereWhenOneFails) {
  steps = "1000000";
  for (const Ended &ended : runRanks(2, "", 1, {{"CUDA_STUB", "devices=2,fail=ncclCommGetAsyncError:20:6"}}))
    expect(ended, 6, "NCCL has failed on rank 1: remote process exited or there was a network error");
  for (const std::string &path : {log, log + "1"})
    EXPECT_NE(readFile(path).find("ncclCommAbort"), std::string::npos) << path;
}

// Of three kernels in a row one at least is before a collective of the step.
TEST_F(NcclTest, NamesTheRankWhoseGpuHangs) {
  bool isAxisNamed = false;
  for (int stall : {100, 101, 102})
    for (const Ended &ended :
         runRanks(2, "", 1, {{"CUDA_STUB", fmt::format("devices=2,stall={}", stall)}}, {"--watchdog", "0.5"})) {
      expect(ended, 6, "rank 1 (host ");
      isAxisNamed |= ended.err.find("(along dp_shard: ") != std::string::npos;
    }
  EXPECT_TRUE(isAxisNamed);
}

} // namespace
