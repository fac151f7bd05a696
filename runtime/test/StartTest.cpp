//===- StartTest.cpp - Processes whose launcher's MPI is not there ----------------------===//

#include "Process.h"

#include <gtest/gtest.h>

using namespace shardrt::test;

namespace {

class StartTest : public ::testing::Test {
protected:
  Folder folder;

  void SetUp() override { writeFile(folder / "text", "the quick brown fox jumps over the lazy dog"); }
  Ended start(std::vector<std::pair<std::string, std::string>> environment) {
    return shardRun({std::string(PROGRAMS) + "/faults.shard", "--tokens", "text:" + (folder / "text"), "--seed", "1"},
                    environment);
  }
  Ended startWithoutMpi(std::vector<std::pair<std::string, std::string>> environment) {
    environment.insert(environment.end(), {{"LD_PRELOAD", HIDE_LIBRARIES}, {"HIDE", "libmpi"}});
    return start(environment);
  }
};

#ifndef __SANITIZE_ADDRESS__ // whose library wants to be the first
TEST_F(StartTest, NamesTheLibraryThatIsMissing) {
  Ended openMpi = startWithoutMpi({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "4"}});
  EXPECT_EQ(openMpi.code, 9);
  EXPECT_EQ(
      openMpi.err.find("shard-run (rank 1): error: the ranks are processes, which need libmpi.so.40 (Open MPI): "), 0u)
      << openMpi.err;
  Ended mpich = startWithoutMpi({{"PMI_RANK", "0"}, {"PMI_SIZE", "4"}});
  EXPECT_EQ(mpich.code, 9);
  EXPECT_NE(mpich.err.find("which need libmpich.so.12 (MPICH) or libmpi.so.12 (MPICH): "), std::string::npos)
      << mpich.err;
  Ended any = startWithoutMpi({{"RANK", "0"}, {"WORLD_SIZE", "4"}});
  EXPECT_EQ(any.code, 9);
  EXPECT_NE(any.err.find("libmpi.so.40 (Open MPI) or libmpich.so.12 (MPICH) or"), std::string::npos) << any.err;
}

TEST_F(StartTest, OneRankOfAMachineSpeaksForAll) {
  Ended second = startWithoutMpi({{"RANK", "1"}, {"WORLD_SIZE", "4"}, {"LOCAL_RANK", "1"}});
  EXPECT_EQ(second.code, 9);
  EXPECT_EQ(second.err, "");
}
#endif

TEST_F(StartTest, RefusesAnotherNumberOfProcesses) {
  Ended ended = startWithoutMpi({{"RANK", "0"}, {"WORLD_SIZE", "2"}});
  EXPECT_EQ(ended.code, 5);
  EXPECT_NE(
      ended.err.find("compiled for 4 ranks (dp_shard 2 x tp 2), but torchrun has started 2 processes (WORLD_SIZE)"),
      std::string::npos)
      << ended.err;
}

} // namespace
